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
 * Loads classes and resources from the jars nested in the agent's jar. No other loader reads them,
 * because classes are named {@code .classdata} there. The parent is the JDK's platform loader (the
 * extension loader on Java 8), so the agent does not see the application's classes and the
 * application does not see the agent's.
 */
final class IsolatedLoader extends ClassLoader {

  private static final String AGENT_JAR = "inst/isolated-agent.jar";

  private static final String LIBRARIES_JAR = "inst/isolated-libraries.jar";

  static {
    registerAsParallelCapable();
  }

  private final JarFile jar;
  private final NestedJar agent;

  /** Opened on first use, which does not happen before {@code main}. */
  private volatile @Nullable NestedJar libraries;

  private final ProtectionDomain domain;

  /**
   * @throws IOException if the jar cannot be read
   */
  IsolatedLoader(File file) throws IOException {
    super(platformLoader());
    jar = new JarFile(file, false);
    agent = new NestedJar(jar, AGENT_JAR);
    URL location = file.toURI().toURL();
    Permissions all = new Permissions();
    all.add(new AllPermission());
    domain = new ProtectionDomain(new CodeSource(location, (Certificate[]) null), all);
  }

  private static @Nullable ClassLoader platformLoader() {
    // ClassLoader.getPlatformClassLoader() exists since Java 9; on Java 8 this is the parent of the
    // system loader.
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
   * Loads the agent's classes and Byte Buddy without asking the parents, which cannot have them:
   * each parent would search all its jars (a dozen for the extension loader of Java 8) a thousand
   * times in vain.
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
   * Returns the class if it was defined meanwhile. Another agent's transformer that finds no class
   * file for the class being defined may load that class itself, on this thread, so the lock does
   * not prevent it; our own definition then fails as a duplicate.
   */
  private Class<?> definedMeanwhile(String name, LinkageError refused) {
    Class<?> defined = findLoadedClass(name);
    if (defined == null) {
      throw refused;
    }
    return defined;
  }

  @SuppressWarnings("deprecation") // getDefinedPackage exists since Java 9
  private void defineMissingPackage(String name) {
    if (getPackage(name) == null) {
      try {
        definePackage(name, null, null, null, null, null, null, null);
      } catch (IllegalArgumentException e) {
        // another thread has defined the package meanwhile
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
      synchronized (jar) { // otherwise each of the agent's threads might open it
        opened = libraries;
        if (opened == null) {
          opened = new NestedJar(jar, LIBRARIES_JAR);
          libraries = opened;
        }
      }
    }
    return opened;
  }
}
