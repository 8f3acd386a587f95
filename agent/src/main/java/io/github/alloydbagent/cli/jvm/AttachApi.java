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
 * Calls the JDK's attach API by reflection. The API is in module {@code jdk.attach} from Java 9 on,
 * in {@code tools.jar} before, and absent from some runtimes.
 */
final class AttachApi {
  private static final String VIRTUAL_MACHINE = "com.sun.tools.attach.VirtualMachine";
  private static final String DESCRIPTOR = "com.sun.tools.attach.VirtualMachineDescriptor";

  private final Class<?> virtualMachine;
  private final Class<?> descriptor;
  private final String alternative;

  private AttachApi(Class<?> virtualMachine, Class<?> descriptor, String otherWay) {
    this.virtualMachine = virtualMachine;
    this.descriptor = descriptor;
    this.alternative = otherWay;
  }

  /**
   * Finds the attach API.
   *
   * @param otherWay what to do if a JVM cannot be attached to, as a sentence
   * @throws CommandException if this Java runtime has no attach API
   */
  static AttachApi find(String otherWay) throws CommandException {
    try {
      ClassLoader loader = loader();
      return new AttachApi(
          loader.loadClass(VIRTUAL_MACHINE), loader.loadClass(DESCRIPTOR), otherWay);
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

  /** Returns what to do if a JVM cannot be attached to. */
  String alternative() {
    return alternative;
  }

  /** Returns the process ID and command of each of this user's JVMs that can be listed. */
  List<String[]> listJvms() throws CommandException {
    List<String[]> machines = new ArrayList<>();
    try {
      for (Object listed : (List<?>) virtualMachine.getMethod("list").invoke(null)) {
        machines.add(
            new String[] {
              (String) descriptor.getMethod("id").invoke(listed),
              (String) descriptor.getMethod("displayName").invoke(listed)
            });
      }
    } catch (ReflectiveOperationException e) {
      throw new CommandException("could not list JVMs: " + cause(e));
    }
    return machines;
  }

  /**
   * Returns the system properties of another JVM.
   *
   * @throws IOException if attaching fails; the message gives the reason
   */
  Properties systemProperties(String pid) throws IOException {
    Object attached = attach(pid);
    try {
      return (Properties) virtualMachine.getMethod("getSystemProperties").invoke(attached);
    } catch (ReflectiveOperationException e) {
      throw new IOException(failureMessage(cause(e)), e);
    } finally {
      detach(attached);
    }
  }

  /**
   * Loads an agent into another JVM and waits until it has started.
   *
   * @throws IOException if the JVM refuses; the message gives the reason
   */
  void loadAgent(String pid, File jar, String arguments) throws IOException {
    Object attached = attach(pid);
    try {
      virtualMachine
          .getMethod("loadAgent", String.class, String.class)
          .invoke(attached, jar.getAbsolutePath(), arguments);
    } catch (ReflectiveOperationException e) {
      Throwable cause = cause(e);
      // the response of Java 8, which later JDKs misinterpret as a failure: JDK-8180709
      if (!"0".equals(cause.getMessage())) {
        throw new IOException(failureMessage(cause), e);
      }
    } finally {
      detach(attached);
    }
  }

  private Object attach(String pid) throws IOException {
    try {
      return virtualMachine.getMethod("attach", String.class).invoke(null, pid);
    } catch (ReflectiveOperationException e) {
      throw new IOException(failureMessage(cause(e)), e);
    }
  }

  private void detach(Object attached) {
    try {
      virtualMachine.getMethod("detach").invoke(attached);
    } catch (ReflectiveOperationException e) {
      // the JVM has ended, or the connection to it is closed
    }
  }

  private static Throwable cause(ReflectiveOperationException e) {
    Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
    return cause == null ? e : cause;
  }

  /** Returns the JDK's message, with advice for known failures. */
  private String failureMessage(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains("Dynamic agent loading is not enabled")) {
      return "it was started with -XX:-EnableDynamicAgentLoading. " + alternative;
    }
    if (message.contains("does not support the attach mechanism")) {
      return "it was started with -XX:+DisableAttachMechanism. " + alternative;
    }
    if (message.contains("target process not responding") || message.contains("doesn't respond")) {
      return "it does not respond ("
          + message
          + "). It may hang, may have been started with"
          + " -XX:+DisableAttachMechanism, or may be in another container.";
    }
    return cause.getMessage() == null ? cause.toString() : message;
  }
}
