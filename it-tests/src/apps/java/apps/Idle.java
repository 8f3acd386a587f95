package apps;

import java.io.File;

/**
 * Does nothing until there is a file: {@code Idle FILE}. Then prints the names of the threads of
 * its JVM. Uses no more of the JDK than that takes, since what it loads is looked at.
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
