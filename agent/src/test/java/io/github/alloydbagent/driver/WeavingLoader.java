package io.github.alloydbagent.driver;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.function.UnaryOperator;

/** Loads a driver's jar like a JVM with the agent: every class passes a transformer. */
final class WeavingLoader extends URLClassLoader {

  private final ClassFileTransformer transformer;
  private final UnaryOperator<byte[]> before;
  private final ProtectionDomain domain;

  WeavingLoader(File jar, ClassFileTransformer transformer) throws MalformedURLException {
    this(jar, transformer, UnaryOperator.identity());
  }

  /** Changes the class files before the transformer sees them. */
  WeavingLoader(File jar, ClassFileTransformer transformer, UnaryOperator<byte[]> before)
      throws MalformedURLException {
    super(new URL[] {jar.toURI().toURL()}, ClassLoader.getPlatformClassLoader());
    this.transformer = transformer;
    this.before = before;
    this.domain =
        new ProtectionDomain(
            new CodeSource(jar.toURI().toURL(), (Certificate[]) null), null, this, null);
  }

  /** Loads without the agent. */
  static WeavingLoader plain(File jar) throws MalformedURLException {
    return new WeavingLoader(
        jar,
        new ClassFileTransformer() {
          // transforms nothing
        });
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/');
    try (InputStream in = getResourceAsStream(path + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] original = before.apply(in.readAllBytes());
      byte[] woven = transformer.transform(this, path, null, domain, original);
      byte[] bytes = woven == null ? original : woven;
      return defineClass(name, bytes, 0, bytes.length, domain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (java.lang.instrument.IllegalClassFormatException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
