package apps;

/**
 * A program that never uses a database: {@code Unused MILLIS}. It runs for this time and prints the
 * CPU time of its JVM; with 0 it exits immediately and prints nothing.
 */
public final class Unused {

  private Unused() {}

  public static void main(String[] arguments) throws Exception {
    long millis = Long.parseLong(arguments[0]);
    if (millis > 0) {
      Thread.sleep(millis);
      System.out.println("figure unused.cpu " + Cpu.millis());
    }
  }
}
