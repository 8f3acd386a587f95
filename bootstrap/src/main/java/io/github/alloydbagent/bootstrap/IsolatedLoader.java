package io.github.alloydbagent.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Loads what lies in the jars within the agent's jar, which no other loader reads: classes are
 * named {@code .classdata} there. Its parent is the JDK's platform loader (the extension loader on
 * 8), so that nothing of the application's is seen here and nothing of this by the application.
 */
final class IsolatedLoader extends ClassLoader {

  private static final String AGENT = "inst/isolated-agent.jar";

  private static final String LIBRARIES = "inst/isolated-libraries.jar";

  static {
    registerAsParallelCapable();
  }

  private final JarFile jar;
  private final NestedJar agent;

  /** Opened when it is needed, which is not on the way to {@code main}. */
  private volatile @Nullable NestedJar libraries;

  private final ProtectionDomain domain;

  /**
   * @throws IOException if the jar cannot be read
   */
  IsolatedLoader(File file) throws IOException {
    super(platformLoader());
    jar = new JarFile(file, false);
    agent = new NestedJar(jar, AGENT);
    URL location = file.toURI().toURL();
    Permissions all = new Permissions();
    all.add(new AllPermission());
    domain = new ProtectionDomain(new CodeSource(location, (Certificate[]) null), all);
  }

  private static @Nullable ClassLoader platformLoader() {
    // ClassLoader.getPlatformClassLoader() came with 9; on 8 it is the one above the system loader
    ClassLoader loader = IsolatedLoader.class.getClassLoader();
    if (loader == null) { // the agent's jar is on the boot class path
      loader = ClassLoader.getSystemClassLoader();
    }
    while (loader != null && loader.getParent() != null) {
      loader = loader.getParent();
    }
    return loader;
  }

  /**
   * Asks no parent for what can be here alone: each would search all that it has, in vain, a
   * thousand times (the extension loader of 8 in a dozen jars).
   */
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("io.github.alloydbagent.") && !name.startsWith("net.bytebuddy.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes;
    try {
      bytes = read(name.replace('.', '/') + ".classdata");
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    int dot = name.lastIndexOf('.');
    if (dot > 0) {
      defineMissingPackage(name.substring(0, dot));
    }
    try {
      return defineClass(name, bytes, 0, bytes.length, domain);
    } catch (LinkageError e) {
      return definedMeanwhile(name, e);
    }
  }

  /**
   * Other agents' transformers look at a class that is being defined, and where they find no class
   * file, they load it: on this same thread, so that no lock keeps them off, and the definition
   * that they were asked about is one too many.
   */
  private Class<?> definedMeanwhile(String name, LinkageError refused) {
    Class<?> defined = findLoadedClass(name);
    if (defined == null) {
      throw refused;
    }
    return defined;
  }

  @SuppressWarnings("deprecation") // getDefinedPackage came with 9
  private void defineMissingPackage(String name) {
    if (getPackage(name) == null) {
      try {
        definePackage(name, null, null, null, null, null, null, null);
      } catch (IllegalArgumentException e) {
        // another thread was quicker
      }
    }
  }

  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    try {
      byte[] bytes = read(name);
      return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    } catch (IOException e) {
      return null;
    }
  }

  private byte @Nullable [] read(String name) throws IOException {
    byte[] bytes = agent.read(name);
    return bytes == null ? libraries().read(name) : bytes;
  }

  private NestedJar libraries() throws IOException {
    NestedJar opened = libraries;
    if (opened == null) {
      synchronized (jar) { // or all of the agent's threads would open it at once
        opened = libraries;
        if (opened == null) {
          opened = new NestedJar(jar, LIBRARIES);
          libraries = opened;
        }
      }
    }
    return opened;
  }
}
