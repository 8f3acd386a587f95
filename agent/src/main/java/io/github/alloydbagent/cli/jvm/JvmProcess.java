package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Checks whether a process is a JVM that can be attached to. Attaching sends SIGQUIT, which
 * terminates processes that are not JVMs, and JVMs that were started with {@code -Xrs}, so this
 * must be checked first.
 */
final class JvmProcess {
  private static final Path PROC = new File("/proc").toPath();

  /** The bit of SIGQUIT, signal 3. */
  private static final long SIGQUIT_BIT = 1L << 2;

  private JvmProcess() {}

  /**
   * Checks a process.
   *
   * @param api lists the JVMs if the system has no {@code /proc}
   * @throws CommandException if it is not safe to attach; the message gives the reason
   */
  static void requireAttachable(String pid, AttachApi api) throws CommandException {
    if (!Files.isDirectory(PROC.resolve("self"))) {
      checkListed(pid, api);
      return;
    }
    Path process = PROC.resolve(pid);
    if (!Files.isDirectory(process)) {
      throw new CommandException("no process " + pid + " is running here.");
    }
    boolean isJvm;
    try {
      byte[] maps = Files.readAllBytes(process.resolve("maps"));
      String libraries = new String(maps, StandardCharsets.ISO_8859_1);
      isJvm = libraries.contains("libjvm.so") || libraries.contains("libj9vm");
    } catch (IOException e) {
      throw new CommandException(
          "process "
              + pid
              + " cannot be inspected. It belongs to "
              + owner(process)
              + ", but this command runs as user "
              + System.getProperty("user.name")
              + ": run it as the user of that process, in its container.");
    }
    if (!isJvm) {
      throw new CommandException("process " + pid + " is not a JVM.");
    }
    List<String> status = status(process);
    if (value(status, "State:").startsWith("T")) {
      throw new CommandException("JVM " + pid + " is stopped (SIGSTOP): resume it first.");
    }
    String caught = value(status, "SigCgt:");
    if (caught.isEmpty() || (Long.parseUnsignedLong(caught, 16) & SIGQUIT_BIT) == 0) {
      throw new CommandException(
          "JVM "
              + pid
              + " does not handle SIGQUIT, the signal for attaching (it was started with -Xrs, or"
              + " is still starting). "
              + api.alternative());
    }
  }

  /**
   * Returns whether the process ends within this time, or is a zombie that only waits for its
   * parent.
   */
  static boolean exitsWithin(long millis, String pid, AttachApi api)
      throws CommandException, InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (isRunning(pid, api)) {
      if (System.nanoTime() - endNanos > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return true;
  }

  private static boolean isRunning(String pid, AttachApi api) throws CommandException {
    if (Files.isDirectory(PROC.resolve("self"))) {
      String state = value(status(PROC.resolve(pid)), "State:");
      return !state.isEmpty() && !state.startsWith("Z") && !state.startsWith("X");
    }
    return isListed(pid, api);
  }

  private static boolean isListed(String pid, AttachApi api) throws CommandException {
    for (String[] machine : api.listJvms()) {
      if (machine[0].equals(pid)) {
        return true;
      }
    }
    return false;
  }

  private static void checkListed(String pid, AttachApi api) throws CommandException {
    if (isListed(pid, api)) {
      return;
    }
    throw new CommandException(
        "there is no JVM " + pid + " of this user; the command list shows those that exist.");
  }

  private static String owner(Path process) {
    try {
      return "user " + Files.getOwner(process);
    } catch (IOException e) {
      return "another user";
    }
  }

  /** Empty if the process has ended. */
  private static List<String> status(Path process) {
    try {
      return Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return Collections.emptyList();
    }
  }

  private static String value(List<String> status, String name) {
    for (String line : status) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).trim();
      }
    }
    return "";
  }
}
