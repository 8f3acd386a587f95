package io.github.alloydbagent.jvm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Returns programs without any reference to AlloyDB, ready to start; a test adds the agent. */
public final class Programs {

  private Programs() {}

  /**
   * Returns {@code apps.OrdersProgram}, which writes and reads a table.
   *
   * @param login the user, and the password if there is one
   */
  public static Jvm orders(Jdk jdk, Path driver, String url, String... login) {
    return client(jdk, driver).main("apps.OrdersProgram", with(patient(url), login));
  }

  /**
   * Returns {@code apps.JdbcProbe}, which uses the database step by step and prints a line for
   * each.
   *
   * @param password {@code -} for none
   */
  public static Jvm probe(
      Jdk jdk, Path driver, String url, String user, String password, String... steps) {
    List<String> arguments = new ArrayList<>(List.of(patient(url), user, password));
    for (String step : steps) {
      arguments.add(step.startsWith("url=") ? "url=" + patient(step.substring(4)) : step);
    }
    return client(jdk, driver).main("apps.JdbcProbe", arguments.toArray(String[]::new));
  }

  /**
   * Returns the published sqlline with the newest driver, which reads commands from standard input.
   *
   * @param home a directory that it may write to
   * @param password empty for none
   */
  public static Jvm sqlline(Jdk jdk, Path home, String url, String user, String password) {
    return Jvm.of(jdk)
        .property("user.home", home.toString())
        .property(
            "java.io.tmpdir", home.toString()) // the terminal library would unpack native libraries
        .property("org.jline.terminal.dumb", "true")
        .directory(home)
        .classPath(Built.tool("sqlline"))
        .classPath(Built.newestDriver())
        .main(
            "sqlline.SqlLine",
            "-d",
            "org.postgresql.Driver",
            "-u",
            url,
            "-n",
            user,
            "-p",
            password,
            "--outputformat=csv",
            "--color=false");
  }

  /**
   * Returns the published Liquibase with the newest driver; skips the test on JDKs that are too
   * old.
   *
   * @param home the directory of the changelog, which it may also write to
   * @param login for example {@code --username=app}, {@code --password=secret}
   */
  public static Jvm liquibase(
      Jdk jdk, Path home, String url, List<String> login, String changelog, String... command) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--url=" + url);
    arguments.addAll(login);
    arguments.add("--changelog-file=" + changelog);
    arguments.add("--search-path=" + home);
    Collections.addAll(arguments, command);
    return Jvm.of(jdk.atLeast(17, "Liquibase"))
        .property("user.home", home.toString())
        .environment("LIQUIBASE_ANALYTICS_ENABLED", "false") // no network in tests
        .environment("LIQUIBASE_SHOW_BANNER", "false")
        .directory(home)
        .classPath(Built.tool("liquibase"))
        .classPath(Built.newestDriver())
        .main(
            "liquibase.integration.commandline.LiquibaseCommandLine",
            arguments.toArray(String[]::new));
  }

  /** Adds a timeout long enough for a busy machine; the drivers' default is 10 s. */
  private static String patient(String url) {
    if (!url.startsWith("jdbc:postgresql:") || url.contains("connectTimeout=")) {
      return url;
    }
    return url + (url.contains("?") ? "&" : "?") + "connectTimeout=40";
  }

  private static Jvm client(Jdk jdk, Path driver) {
    return Jvm.of(jdk).classPath(Built.apps(), driver);
  }

  private static String[] with(String first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    Collections.addAll(all, more);
    return all.toArray(String[]::new);
  }
}
