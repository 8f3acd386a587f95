package apps;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.Scanner;

/** A program for tests of the test infrastructure itself. */
public final class Child {

  private Child() {}

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    switch (args[0]) {
      case "property":
        out.println(System.getProperty(args[1]));
        break;
      case "environment":
        for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
          out.println(variable.getKey() + "=" + variable.getValue());
        }
        break;
      case "echo":
        out.println(new Scanner(System.in, "UTF-8").nextLine());
        break;
      case "say":
        out.println("out ü");
        System.err.println("err");
        System.exit(7);
        break;
      case "lastWords":
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("ended")));
        hang();
        break;
      case "hang":
        hang();
        break;
      default:
        throw new IllegalArgumentException(args[0]);
    }
  }

  /** Starts a child process, whose process ID it prints first. */
  private static void hang() throws IOException, InterruptedException {
    Process sleep = new ProcessBuilder("sh", "-c", "echo $$; exec sleep 600").start();
    System.out.println(new Scanner(sleep.getInputStream(), "UTF-8").nextLine());
    System.out.println("hanging");
    Thread.sleep(600_000);
  }
}
