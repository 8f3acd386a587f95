package apps;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Driver;
import java.util.Collections;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads a driver while the stack or the heap is exhausted, and then connects: {@code Exhausted
 * stack|heap class|connect FIRST LAST STEP JAR URL}. Each round uses a separate class loader and
 * leaves FIRST, FIRST + STEP, ... frames or KiB, in which it loads {@code PGStream} or makes a
 * whole connection attempt. After that, it makes a connection attempt with sufficient stack and
 * heap. The line of a round contains both outcomes.
 */
public final class Exhausted {
  private static final long STACK = 512 << 10;

  private static String first;
  private static Object[] ballast;

  private Exhausted() {}

  public static void main(String[] arguments) throws Exception {
    boolean stack = arguments[0].equals("stack");
    boolean wholeConnect = arguments[1].equals("connect");
    int from = Integer.parseInt(arguments[2]);
    int to = Integer.parseInt(arguments[3]);
    int step = Integer.parseInt(arguments[4]);
    URL jar = new File(arguments[5]).toURI().toURL();
    String url = arguments[6];
    warmUp(jar);
    int depth = stack ? depthOfTheStack() : 0;
    for (int left = from; left <= to; left += step) {
      URLClassLoader loader = new URLClassLoader(new URL[] {jar}, Driver.class.getClassLoader());
      Driver driver =
          (Driver) loader.loadClass("org.postgresql.Driver").getDeclaredConstructor().newInstance();
      driver.getPropertyInfo(url, login());
      preload(loader, arguments[5]);
      Attempt attempt = new Attempt(loader, driver, url, wholeConnect);
      first = null;
      if (stack) {
        withFewFrames(depth - left, attempt);
      } else {
        withLittleHeap(left << 10, attempt);
      }
      String then = connect(driver, url);
      System.out.println("round " + left + ": " + first + " THEN " + then);
      loader.close();
    }
    System.exit(0);
  }

  /** Loads the JDK classes that a connection needs. */
  private static void warmUp(URL jar) throws Exception {
    URLClassLoader loader = new URLClassLoader(new URL[] {jar}, Driver.class.getClassLoader());
    Driver driver =
        (Driver) loader.loadClass("org.postgresql.Driver").getDeclaredConstructor().newInstance();
    connect(driver, "jdbc:postgresql://127.0.0.1:1/nobody");
    loader.close();
  }

  /** Loads all classes of the driver except those that the agent changes. */
  private static void preload(ClassLoader loader, String jar) throws Exception {
    try (ZipFile file = new ZipFile(jar)) {
      for (ZipEntry entry : Collections.list(file.entries())) {
        String name = entry.getName();
        if (name.startsWith("org/postgresql/")
            && name.endsWith(".class")
            && !name.contains("/osgi/")
            && !name.matches(".*/(PGStream|ConnectionFactoryImpl|QueryExecutorBase)[.$].*")) {
          try {
            loader.loadClass(name.replace('/', '.').substring(0, name.length() - 6));
          } catch (LinkageError e) {
            // needs a missing library, or one of the excluded classes
          }
        }
      }
    }
  }

  private static String connect(Driver driver, String url) {
    try {
      driver.connect(url, login()).close();
      return "connected";
    } catch (Throwable e) {
      return Attempts.messages(e);
    }
  }

  private static Properties login() {
    Properties login = new Properties();
    login.setProperty("user", "app");
    login.setProperty("password", "secret");
    return login;
  }

  private static int depthOfTheStack() throws InterruptedException {
    final int[] depth = new int[1];
    Thread thread =
        new Thread(
            null,
            new Runnable() {
              @Override
              public void run() {
                count(depth);
              }
            },
            "deep",
            STACK);
    thread.start();
    thread.join();
    return depth[0];
  }

  private static void count(int[] depth) {
    depth[0]++;
    try {
      count(depth);
    } catch (StackOverflowError e) {
      // the intended depth is reached
    }
  }

  private static void withFewFrames(final int depth, final Attempt attempt)
      throws InterruptedException {
    Thread thread =
        new Thread(
            null,
            new Runnable() {
              @Override
              public void run() {
                descend(depth, attempt);
              }
            },
            "deep",
            STACK);
    thread.start();
    thread.join();
  }

  private static void descend(int levels, Attempt attempt) {
    try {
      if (levels > 0) {
        descend(levels - 1, attempt);
      } else {
        attempt.run();
      }
    } catch (StackOverflowError e) {
      // the attempt has reported it, if it could
    }
  }

  private static void withLittleHeap(int left, Attempt attempt) {
    byte[] reserve = new byte[left];
    Object[] chain = null;
    for (int size = 1 << 20; size >= 256; size /= 2) {
      try {
        while (true) {
          chain = new Object[] {chain, new byte[size]};
          ballast = chain;
        }
      } catch (OutOfMemoryError full) {
        // smaller arrays may fit
      }
    }
    reserve[0] = 1;
    reserve = null;
    try {
      attempt.run();
    } catch (OutOfMemoryError e) {
      // no memory to report it
    }
    chain = null;
    ballast = null;
  }

  /** The code to run with little memory left. */
  private static final class Attempt implements Runnable {
    private final ClassLoader loader;
    private final Driver driver;
    private final String url;
    private final boolean wholeConnect;
    private final Properties login = login();

    Attempt(ClassLoader loader, Driver driver, String url, boolean wholeConnect) {
      this.loader = loader;
      this.driver = driver;
      this.url = url;
      this.wholeConnect = wholeConnect;
    }

    @Override
    public void run() {
      try {
        if (wholeConnect) {
          driver.connect(url, login);
        } else {
          loader.loadClass("org.postgresql.core.PGStream");
        }
        first = "done";
      } catch (ClassNotFoundException e) {
        first = "ClassNotFoundException";
      } catch (java.sql.SQLException e) {
        first = "SQLException";
      } catch (LinkageError e) {
        first = "LinkageError";
      } catch (StackOverflowError e) {
        first = "StackOverflowError";
      } catch (OutOfMemoryError e) {
        first = "OutOfMemoryError";
      }
    }
  }
}
