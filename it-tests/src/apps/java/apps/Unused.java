package apps;

/**
 * Never touches a database: {@code Unused MILLIS}. Lives for so long and says how much CPU its JVM
 * took; with 0 it ends at once and says nothing.
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
