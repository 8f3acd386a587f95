package io.github.alloydbagent.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the AlloyDB simulator as a program: {@code LocalAlloyDbServer [--stdin]}. It prints shell
 * commands that set up the environment of an application, then {@code # ready}, and runs until it
 * is interrupted or terminated. With {@code --stdin} it reads commands from standard input ({@code
 * help} lists them) and stops at the end of input. It deletes all its files when it stops.
 */
public final class LocalAlloyDbServer {
  /** The database user that logs in with a password, and its password. */
  public static final String USER = "app";

  private static final String PASSWORD = "local-password";

  private LocalAlloyDbServer() {}

  /** Starts the simulator and returns after it has stopped. */
  public static void main(String[] args) throws IOException, InterruptedException {
    boolean stdin = args.length == 1 && args[0].equals("--stdin");
    if (args.length > 0 && !stdin) {
      System.err.println(
          "LocalAlloyDbServer: invalid arguments \""
              + String.join(" ", args)
              + "\"; the only argument is --stdin");
      System.exit(2);
    }
    // for signals, an interrupt included, LocalAlloyDb has a shutdown hook
    try (LocalAlloyDb alloyDb = plan().start()) {
      print(alloyDb, System.out);
      if (stdin) {
        runCommands(alloyDb);
      } else {
        new CountDownLatch(1).await();
      }
    }
  }

  private static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary", a -> a.withPublicIp(Addresses.free()))
        .instance("reads")
        .user(USER, PASSWORD);
  }

  private static void print(LocalAlloyDb alloyDb, PrintStream out) {
    environment(alloyDb)
        .forEach((name, value) -> out.println("export " + name + "='" + value + "'"));
    out.println("# native login: user " + USER + ", password " + PASSWORD);
    out.println(
        "# IAM login (ALLOYDB_AGENT_ENABLE_IAM_AUTH=true): user "
            + alloyDb.account().databaseUser());
    alloyDb
        .instances()
        .forEach(i -> out.println("# " + i.name() + " at " + i.addresses().listening()));
    out.println("# PostgreSQL itself, bypassing the proxy: " + alloyDb.postgresUrl());
    out.println("# ready");
    out.flush();
  }

  private static Map<String, String> environment(LocalAlloyDb alloyDb) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put(
        "ALLOYDB_INSTANCES",
        "orders-db="
            + alloyDb.instance("primary").name()
            + ",orders-reads="
            + alloyDb.instance("reads").name());
    environment.putAll(alloyDb.environment());
    return environment;
  }

  private static void runCommands(LocalAlloyDb alloyDb) throws IOException {
    Commands commands = new Commands(alloyDb);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (!line.isBlank()) {
        System.out.println(commands.run(line.trim()));
      }
    }
  }
}
