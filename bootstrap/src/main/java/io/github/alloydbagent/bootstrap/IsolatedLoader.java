package io.github.alloydbagent.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Loads what lies under {@code inst/} in the agent's jar, which no other loader reads: its classes
 * are named {@code .classdata} there. Its parent is the JDK's platform loader (the extension loader
 * on 8), so that nothing of the application's is seen here and nothing of this by the application.
 */
final class IsolatedLoader extends ClassLoader {

  private static final String ROOT = "inst/";

  static {
    registerAsParallelCapable();
  }

  private final JarFile jar;
  private final String url;
  private final ProtectionDomain domain;

  /**
   * @throws IOException if the jar cannot be read
   */
  IsolatedLoader(File file) throws IOException {
    super(platformLoader());
    jar = new JarFile(file, false);
    URL location = file.toURI().toURL();
    url = "jar:" + location + "!/";
    Permissions all = new Permissions();
    all.add(new AllPermission());
    domain = new ProtectionDomain(new CodeSource(location, (Certificate[]) null), all);
  }

  private static @Nullable ClassLoader platformLoader() {
    // ClassLoader.getPlatformClassLoader() came with 9; on 8 it is the one above the system loader
    ClassLoader loader = IsolatedLoader.class.getClassLoader();
    while (loader != null && loader.getParent() != null) {
      loader = loader.getParent();
    }
    return loader;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes;
    try {
      bytes = read(ROOT + name.replace('.', '/') + ".classdata");
    } catch (IOException e) {
      throw new ClassNotFoundException(name + " in " + jar.getName(), e);
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
      byte[] bytes = read(ROOT + name);
      return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  protected @Nullable URL findResource(String name) {
    try {
      return jar.getEntry(ROOT + name) == null ? null : new URL(url + ROOT + name);
    } catch (MalformedURLException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL found = findResource(name);
    return found == null
        ? Collections.<URL>emptyEnumeration()
        : Collections.enumeration(Collections.singleton(found));
  }

  private byte @Nullable [] read(String name) throws IOException {
    JarEntry entry = jar.getJarEntry(name);
    if (entry == null || entry.isDirectory()) {
      return null;
    }
    byte[] bytes = new byte[(int) entry.getSize()];
    try (InputStream in = jar.getInputStream(entry)) {
      int at = 0;
      while (at < bytes.length) {
        int count = in.read(bytes, at, bytes.length - at);
        if (count < 0) {
          throw new IOException(name + " ends early in " + jar.getName());
        }
        at += count;
      }
    }
    return bytes;
  }
}
