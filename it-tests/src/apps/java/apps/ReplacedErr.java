package apps;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/**
 * Runs {@link JdbcProbe} with the program's own standard error, whose size it prints at the end.
 */
public final class ReplacedErr {

  private ReplacedErr() {}

  public static void main(String[] args) {
    ByteArrayOutputStream own = new ByteArrayOutputStream();
    System.setErr(new PrintStream(own, true));
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> System.out.println("own err: " + own.size() + " bytes")));
    JdbcProbe.main(args);
  }
}
