package apps;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** {@link JdbcProbe}, with a standard error of the program's own, which it looks at in the end. */
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
