package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The JDK's attach API, reached by reflection: module {@code jdk.attach} from 9 on, {@code
 * tools.jar} before, and neither in a runtime without them.
 */
final class AttachApi {
  private static final String MACHINE = "com.sun.tools.attach.VirtualMachine";
  private static final String DESCRIPTOR = "com.sun.tools.attach.VirtualMachineDescriptor";

  private final Class<?> machine;
  private final Class<?> descriptor;
  private final String otherWay;

  private AttachApi(Class<?> machine, Class<?> descriptor, String otherWay) {
    this.machine = machine;
    this.descriptor = descriptor;
    this.otherWay = otherWay;
  }

  /**
   * @param otherWay what to do where a JVM cannot be attached to, as a sentence
   * @throws CommandException if this Java runtime has none
   */
  static AttachApi find(String otherWay) throws CommandException {
    try {
      ClassLoader loader = loader();
      return new AttachApi(loader.loadClass(MACHINE), loader.loadClass(DESCRIPTOR), otherWay);
    } catch (ClassNotFoundException | MalformedURLException e) {
      throw new CommandException(
          "this Java runtime ("
              + System.getProperty("java.home")
              + ") cannot attach to other JVMs: it has no module jdk.attach, or on Java 8 no"
              + " tools.jar. Run this with the java command of a JDK.");
    }
  }

  private static ClassLoader loader() throws MalformedURLException {
    if (!System.getProperty("java.specification.version", "").equals("1.8")) {
      return ClassLoader.getSystemClassLoader(); // the loader of the module
    }
    File tools = new File(System.getProperty("java.home"), "../lib/tools.jar");
    URL[] path = {tools.toURI().toURL()};
    return new URLClassLoader(path, ClassLoader.getSystemClassLoader());
  }

  /** What to do where a JVM cannot be attached to. */
  String otherWay() {
    return otherWay;
  }

  /** The JVMs of this user that say that they are there, by process id and command. */
  List<String[]> machines() throws CommandException {
    List<String[]> machines = new ArrayList<>();
    try {
      for (Object each : (List<?>) machine.getMethod("list").invoke(null)) {
        machines.add(
            new String[] {
              (String) descriptor.getMethod("id").invoke(each),
              (String) descriptor.getMethod("displayName").invoke(each)
            });
      }
    } catch (ReflectiveOperationException e) {
      throw new CommandException("could not list JVMs: " + cause(e));
    }
    return machines;
  }

  /**
   * The system properties of another JVM.
   *
   * @throws IOException if it does not let itself be attached to; the message says why
   */
  Properties properties(String pid) throws IOException {
    Object attached = attach(pid);
    try {
      return (Properties) machine.getMethod("getSystemProperties").invoke(attached);
    } catch (ReflectiveOperationException e) {
      throw new IOException(words(cause(e)), e);
    } finally {
      detach(attached);
    }
  }

  /**
   * Puts an agent on another JVM, and waits until it has started.
   *
   * @throws IOException if that JVM refuses; the message says why
   */
  void load(String pid, File jar, String arguments) throws IOException {
    Object attached = attach(pid);
    try {
      machine
          .getMethod("loadAgent", String.class, String.class)
          .invoke(attached, jar.getAbsolutePath(), arguments);
    } catch (ReflectiveOperationException e) {
      Throwable cause = cause(e);
      // the answer of 8, which later JDKs take for a failure: JDK-8180709
      if (!"0".equals(cause.getMessage())) {
        throw new IOException(words(cause), e);
      }
    } finally {
      detach(attached);
    }
  }

  private Object attach(String pid) throws IOException {
    try {
      return machine.getMethod("attach", String.class).invoke(null, pid);
    } catch (ReflectiveOperationException e) {
      throw new IOException(words(cause(e)), e);
    }
  }

  private void detach(Object attached) {
    try {
      machine.getMethod("detach").invoke(attached);
    } catch (ReflectiveOperationException e) {
      // it has ended, or the connection to it has
    }
  }

  private static Throwable cause(ReflectiveOperationException e) {
    Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
    return cause == null ? e : cause;
  }

  /** The JDK's messages, where they need one, with what to do. */
  private String words(Throwable cause) {
    String said = String.valueOf(cause.getMessage());
    if (said.contains("Dynamic agent loading is not enabled")) {
      return "it was started with -XX:-EnableDynamicAgentLoading. " + otherWay;
    }
    if (said.contains("does not support the attach mechanism")) {
      return "it was started with -XX:+DisableAttachMechanism. " + otherWay;
    }
    if (said.contains("target process not responding") || said.contains("doesn't respond")) {
      return "it does not answer ("
          + said
          + "). It may hang, may have been started with"
          + " -XX:+DisableAttachMechanism, or may be in another container.";
    }
    return cause.getMessage() == null ? cause.toString() : said;
  }
}
