package apps;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;

/**
 * An application's system class loader, for {@code java.system.class.loader}. It defines the
 * classes of the class path itself, including the application's main class and the driver. The JVM
 * calls the methods that {@code URLClassLoader} does not have.
 */
public final class ChildFirst extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  public ChildFirst(ClassLoader parent) throws MalformedURLException {
    super(classPath(), parent);
  }

  private static URL[] classPath() throws MalformedURLException {
    String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
    URL[] urls = new URL[entries.length];
    for (int i = 0; i < entries.length; i++) {
      urls[i] = new File(entries[i]).toURI().toURL();
    }
    return urls;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        try {
          loaded = findClass(name);
        } catch (ClassNotFoundException e) {
          return super.loadClass(name, resolve);
        }
      }
      return loaded;
    }
  }

  /** The JVM calls this method to add an agent to the class path at run time. */
  @SuppressWarnings("unused")
  private void appendToClassPathForInstrumentation(String jar) throws MalformedURLException {
    addURL(new File(jar).toURI().toURL());
  }
}
