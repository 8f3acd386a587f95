package apps;

import java.io.File;

/**
 * Waits until a file exists: {@code Idle FILE}. Then prints the names of the threads of its JVM.
 * Uses as little of the JDK as possible, because a test inspects the loaded classes.
 */
public final class Idle {

  private Idle() {}

  public static void main(String[] args) throws InterruptedException {
    File end = new File(args[0]);
    while (!end.exists()) {
      Thread.sleep(20);
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      System.out.println("thread: " + thread.getName() + (thread.isDaemon() ? "" : ", no daemon"));
    }
  }
}
