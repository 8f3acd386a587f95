package apps;

import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.CodeSource;
import java.sql.Connection;
import java.sql.Driver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Searches, inside a JVM with the agent, for references between the application's classes and those
 * that the agent's jar bundles: {@code LoaderScan AGENT_JAR URL USER PASSWORD}, both as a program
 * and as an agent. It connects through a driver in a class loader like a server's, and then
 * requests every class and resource of either side from every loader of the other. Prints each
 * problem on a line that begins with {@code PROBLEM}, and how much was searched.
 */
public final class LoaderScan {
  private static final String ISOLATED = "inst/isolated-";
  private static final String BOOTSTRAP = "io.github.alloydbagent.bootstrap.";
  private static final String SERVICES = "META-INF/services/";

  private static Instrumentation instrumentation;

  private final String agentJar;
  private final Set<String> bundled = new TreeSet<>();
  private final Set<String> bundledFiles = new TreeSet<>();
  private final Set<String> own = new TreeSet<>();
  private final Set<String> ownFiles = new TreeSet<>();
  private final List<String> ownPlaces = new ArrayList<>();
  private final Map<String, ClassLoader> applications = new LinkedHashMap<>();
  private final Set<ClassLoader> jdk = new LinkedHashSet<>();

  private LoaderScan(String agentJar) {
    this.agentJar = agentJar;
  }

  public static void premain(String arguments, Instrumentation given) {
    instrumentation = given;
  }

  public static void main(String[] args) throws Exception {
    LoaderScan scan = new LoaderScan(new File(args[0]).getAbsolutePath());
    scan.readAgent();
    ClassLoader server = scan.readClassPath();
    Thread.currentThread().setContextClassLoader(server);
    Driver driver =
        (Driver)
            Class.forName("org.postgresql.Driver", true, server).getConstructor().newInstance();
    Properties login = new Properties();
    login.setProperty("user", args[2]);
    login.setProperty("password", args[3]);
    try (Connection connection = driver.connect(args[1], login)) {
      System.out.println("connected to " + connection.getMetaData().getDatabaseProductName());
      scan.run();
    }
  }

  private void run() throws Exception {
    ClassLoader isolated = isolated();
    if (isolated == null) {
      problem("the agent is not on this JVM");
      return;
    }
    scanLoaded(isolated);
    for (Map.Entry<String, ClassLoader> application : applications.entrySet()) {
      scanApplication(application.getKey(), application.getValue(), isolated);
    }
    scanIsolated(isolated);
    scanLoaded(isolated);
    Set<String> both = new TreeSet<>(own);
    both.retainAll(bundled);
    System.out.println("bundled classes: " + bundled.size());
    System.out.println("application's classes: " + own.size());
    System.out.println("of the same name: " + both.size());
  }

  private void readAgent() throws IOException {
    try (JarFile jar = new JarFile(agentJar)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().startsWith(ISOLATED)) {
          readIsolated(new ZipInputStream(jar.getInputStream(entry)));
        }
      }
    }
  }

  private void readIsolated(ZipInputStream jar) throws IOException {
    for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
      String name = entry.getName();
      if (name.endsWith(".classdata")) {
        bundled.add(className(name, ".classdata"));
      } else if (!entry.isDirectory() && !name.startsWith("META-INF/")) {
        bundledFiles.add(name);
      }
    }
  }

  /** Returns a class loader for the class path, like a server's for its applications. */
  private ClassLoader readClassPath() throws IOException {
    List<URL> path = new ArrayList<>();
    for (String place : System.getProperty("java.class.path").split(File.pathSeparator)) {
      File file = new File(place).getAbsoluteFile();
      if (!file.getPath().equals(agentJar)) { // the JVM appends agents
        path.add(file.toURI().toURL());
        ownPlaces.add(file.toURI().toURL().toString());
        if (file.isDirectory()) {
          readDirectory(file, "");
        } else {
          readJar(file);
        }
      }
    }
    ClassLoader system = ClassLoader.getSystemClassLoader();
    jdk.add(null);
    for (ClassLoader at = system.getParent(); at != null; at = at.getParent()) {
      jdk.add(at);
    }
    ClassLoader server = new URLClassLoader(path.toArray(new URL[0]), system.getParent());
    applications.put("the system loader", system);
    applications.put("the context loader", server);
    applications.put("a loader below the system loader", new URLClassLoader(new URL[0], system));
    return server;
  }

  private void readDirectory(File directory, String path) {
    for (File file : directory.listFiles()) {
      if (file.isDirectory()) {
        readDirectory(file, path + file.getName() + "/");
      } else {
        addOwn(path + file.getName());
      }
    }
  }

  private void readJar(File file) throws IOException {
    try (JarFile jar = new JarFile(file)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (!entry.isDirectory()) {
          addOwn(entry.getName());
        }
      }
    }
  }

  private void addOwn(String path) {
    ownFiles.add(path);
    if (path.endsWith(".class") && !path.startsWith("META-INF/") && !path.endsWith("-info.class")) {
      own.add(className(path, ".class"));
    }
  }

  private static ClassLoader isolated() {
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      if (loaded.getName().equals("io.github.alloydbagent.core.Agent")) {
        return loaded.getClassLoader();
      }
    }
    return null;
  }

  /** Checks the classes that the JVM has loaded, and those recorded as visible to each loader. */
  private void scanLoaded(ClassLoader isolated) {
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      ClassLoader loader = loaded.getClassLoader();
      String name = loaded.getName();
      if (loader == isolated) {
        if (!loaded.isArray() && !isGenerated(name) && !bundled.contains(name)) {
          problem("the agent's loader has defined " + name);
        }
      } else if (isOfAgent(loaded) && !name.startsWith(BOOTSTRAP)) {
        problem(name + " of the agent's jar is defined by " + loader);
      }
    }
    for (Class<?> named : instrumentation.getInitiatedClasses(isolated)) {
      checkFromAgent("the agent's loader", named, isolated);
    }
    for (Map.Entry<String, ClassLoader> application : applications.entrySet()) {
      for (Class<?> named : instrumentation.getInitiatedClasses(application.getValue())) {
        if (element(named).getClassLoader() == isolated) {
          problem(application.getKey() + " knows " + named.getName());
        }
      }
    }
  }

  /** Requests everything that is bundled from a loader of the application. */
  private void scanApplication(String who, ClassLoader application, ClassLoader isolated)
      throws IOException {
    for (String name : bundled) {
      try {
        Class<?> found = Class.forName(name, false, application);
        if (found.getClassLoader() == isolated || isOfAgent(found)) {
          problem(who + " finds " + name);
        } else if (!jdk.contains(found.getClassLoader()) && !own.contains(name)) {
          problem(who + " finds " + name + " in " + found.getClassLoader());
        }
      } catch (ClassNotFoundException e) {
        // as expected
      } catch (LinkageError e) { // the application's own class, without a class of another library
        if (!own.contains(name)) {
          problem(who + " finds " + name + ": " + e);
        }
      }
      checkNoFileOfAgent(who, application, name.replace('.', '/') + ".class");
    }
    for (String file : bundledFiles) {
      checkNoFileOfAgent(who, application, file);
    }
    for (String file : ownFiles) {
      if (file.startsWith(SERVICES)) {
        checkNoFileOfAgent(who, application, file);
      }
    }
    for (Driver driver : ServiceLoader.load(Driver.class, application)) {
      if (driver.getClass().getClassLoader() == isolated) {
        problem(who + " is served with " + driver);
      }
    }
  }

  /**
   * Requests everything of the application from the agent's loader, then everything that the
   * bundled classes refer to.
   */
  private void scanIsolated(ClassLoader isolated) throws IOException {
    for (String name : own) {
      try {
        checkFromAgent("the agent's loader", Class.forName(name, false, isolated), isolated);
      } catch (ClassNotFoundException | LinkageError e) {
        // missing, or bundled without its compile-time dependencies
      }
    }
    for (String file : ownFiles) {
      for (URL found : Collections.list(isolated.getResources(file))) {
        checkNoFileOfApplication(found);
      }
      checkNoFileOfApplication(isolated.getResource(file));
    }
    for (Driver driver : ServiceLoader.load(Driver.class, isolated)) {
      checkFromAgent("the agent's service loader", driver.getClass(), isolated);
    }
    int whole = 0;
    for (String name : bundled) {
      try {
        Class<?> found = Class.forName(name, false, isolated);
        if (found.getClassLoader() != isolated && !jdk.contains(found.getClassLoader())) {
          problem("the agent's " + name + " is that of " + found.getClassLoader());
        }
        for (Class<?> named : named(found)) {
          checkFromAgent(name, named, isolated);
        }
        whole++;
      } catch (ClassNotFoundException e) {
        problem("the agent's own loader does not find " + name);
      } catch (LinkageError e) {
        // bundled without its compile-time dependencies, and not used
      }
    }
    System.out.println("bundled classes with all that they name: " + whole);
  }

  private static List<Class<?>> named(Class<?> type) {
    List<Class<?>> named = new ArrayList<>(Arrays.asList(type.getInterfaces()));
    if (type.getSuperclass() != null) {
      named.add(type.getSuperclass());
    }
    for (Field field : type.getDeclaredFields()) {
      named.add(field.getType());
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      addNamed(constructor, named);
    }
    for (Method method : type.getDeclaredMethods()) {
      named.add(method.getReturnType());
      addNamed(method, named);
    }
    return named;
  }

  private static void addNamed(Executable executable, List<Class<?>> named) {
    named.addAll(Arrays.asList(executable.getParameterTypes()));
    named.addAll(Arrays.asList(executable.getExceptionTypes()));
  }

  private void checkFromAgent(String who, Class<?> named, ClassLoader isolated) {
    ClassLoader loader = element(named).getClassLoader();
    if (loader != isolated && !jdk.contains(loader)) {
      problem(who + " knows " + named.getName() + " of " + loader);
    }
  }

  private void checkNoFileOfAgent(String who, ClassLoader application, String file)
      throws IOException {
    Enumeration<URL> found = application.getResources(file);
    while (found.hasMoreElements()) {
      URL url = found.nextElement();
      if (url.toString().contains(new File(agentJar).getName())) {
        problem(who + " finds " + url);
      }
    }
  }

  private void checkNoFileOfApplication(URL found) {
    if (found != null) {
      for (String place : ownPlaces) {
        if (found.toString().contains(place)) {
          problem("the agent's loader finds " + found);
        }
      }
    }
  }

  private boolean isOfAgent(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source != null
        && source.getLocation() != null
        && new File(source.getLocation().getPath()).getAbsolutePath().equals(agentJar);
  }

  /** Returns whether the class is a lambda's or a proxy's. */
  private static boolean isGenerated(String name) {
    return name.contains("$$Lambda") || name.contains("$Proxy") || name.indexOf('/') >= 0;
  }

  private static Class<?> element(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    return element;
  }

  private static String className(String path, String extension) {
    return path.substring(0, path.length() - extension.length()).replace('/', '.');
  }

  private static void problem(String text) {
    System.out.println("PROBLEM: " + text);
  }
}
