package apps;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;

/** A driver of any version, in a separate class loader below the platform class loader. */
final class PublishedDriver {

  /** Packages in which PostgreSQL's driver is published, or to which it is relocated. */
  private static final String[] ROOTS = {
    "org.postgresql", "com.edb", "com.yugabyte", "com.acme.database"
  };

  private static final String[] SCHEMES = {
    "aws-wrapper:postgresql",
    "postgresql",
    "edb",
    "yugabytedb",
    "redshift",
    "opengauss",
    "gaussdb",
    "kingbase8"
  };

  private static final String[] OTHERS = {
    "com.amazon.redshift.Driver",
    "org.opengauss.Driver",
    "com.huawei.gauss200.jdbc.Driver",
    "com.huawei.gaussdb.jdbc.Driver",
    "com.kingbase8.Driver"
  };

  private final ClassLoader loader;
  private final String root;
  private final Driver driver;
  private final String scheme;

  /** Loads the driver from jars, separated as in a class path. */
  PublishedDriver(String jars) throws Exception {
    String[] files = jars.split(File.pathSeparator);
    URL[] urls = new URL[files.length];
    for (int i = 0; i < files.length; i++) {
      urls[i] = new File(files[i]).toURI().toURL();
    }
    loader = new URLClassLoader(urls, ClassLoader.getSystemClassLoader().getParent());
    root = root();
    driver = (Driver) driverClass().getConstructor().newInstance();
    scheme = scheme();
  }

  private String root() {
    for (String each : ROOTS) {
      if (loader.getResource(each.replace('.', '/') + "/core/PGStream.class") != null) {
        return each;
      }
    }
    return "";
  }

  private Class<?> driverClass() throws ClassNotFoundException {
    if (loader.getResource("software/amazon/jdbc/Driver.class") != null) {
      loader.loadClass(root + ".Driver").getName();
      return Class.forName("software.amazon.jdbc.Driver", true, loader);
    }
    return root.isEmpty() ? first(OTHERS) : Class.forName(root + ".Driver", true, loader);
  }

  private String scheme() throws SQLException {
    for (String each : SCHEMES) {
      if (driver.acceptsURL("jdbc:" + each + "://host/database")) {
        return each;
      }
    }
    throw new SQLException("no scheme is known for " + driver.getClass());
  }

  /**
   * Connects to the database {@code postgres}.
   *
   * @param parameters the URL's parameters, beginning with {@code ?}, or empty
   * @param password null for none
   */
  Connection connect(String hosts, String parameters, String user, String password)
      throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", user);
    login.setProperty(
        "connectTimeout", "60"); // the first connections are concurrent, on a cold JVM
    if (password != null) {
      login.setProperty("password", password);
    }
    if (scheme.equals("yugabytedb")) {
      login.setProperty("load-balance", "false"); // 42.3.5-yb-7 fails without it
    }
    Connection made =
        driver.connect("jdbc:" + scheme + "://" + hosts + "/postgres" + parameters, login);
    if (made == null) {
      throw new SQLException("the driver does not know its own URL");
    }
    return made;
  }

  /** Returns whether URLs may contain several hosts, as since 9.2. */
  boolean knowsHostLists() {
    return loader.getResource(root.replace('.', '/') + "/util/HostSpec.class") != null;
  }

  /** Creates an instance of the first of these classes that exists. */
  Object bean(String... classes) throws Exception {
    String[] names = new String[classes.length];
    for (int i = 0; i < classes.length; i++) {
      names[i] = root + classes[i];
    }
    try {
      return first(names).getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new AbsentException("no " + classes[0].substring(classes[0].lastIndexOf('.') + 1));
    }
  }

  private Class<?> first(String... names) throws ClassNotFoundException {
    for (String name : names) {
      try {
        return Class.forName(name, true, loader);
      } catch (ClassNotFoundException e) {
        // an older or a newer version
      }
    }
    throw new ClassNotFoundException(String.join(", ", names));
  }

  /** Calls a method of PostgreSQL's own on a connection. */
  Object extension(Connection connection, String method) throws Exception {
    Object target = connection;
    if (find(target, method, 0) == null) {
      try {
        target = connection.unwrap(Class.forName(root + ".PGConnection", true, loader));
      } catch (AbstractMethodError e) {
        // older than unwrap
      } catch (SQLException e) {
        // not a wrapper
      }
    }
    return call(target, method);
  }

  /** Calls a public method by its name and arguments. */
  static Object call(Object target, String name, Object... arguments) throws Exception {
    Method found = find(target, name, arguments.length, arguments);
    if (found == null) {
      throw new AbsentException("no " + name);
    }
    found.setAccessible(true);
    try {
      return found.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception) {
        throw (Exception) e.getCause();
      }
      throw (Error) e.getCause();
    }
  }

  private static Method find(Object target, String name, int count, Object... arguments) {
    for (Method method : target.getClass().getMethods()) {
      if (method.getName().equals(name)
          && method.getParameterCount() == count
          && fits(method.getParameterTypes(), arguments)) {
        return method;
      }
    }
    return null;
  }

  private static boolean fits(Class<?>[] types, Object[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      Class<?> type = types[i];
      Object given = arguments[i];
      boolean fits =
          type == int.class
              ? given instanceof Integer
              : type == long.class
                  ? given instanceof Long
                  : type == boolean.class ? given instanceof Boolean : type.isInstance(given);
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  /** Reports that a version lacks the feature that a check needs. */
  static final class AbsentException extends Exception {
    private static final long serialVersionUID = 1;

    AbsentException(String what) {
      super(what);
    }
  }
}
