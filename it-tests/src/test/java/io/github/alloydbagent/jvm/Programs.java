package io.github.alloydbagent.jvm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Programs that know nothing of AlloyDB, ready to be started; a test adds the agent. */
public final class Programs {

  private Programs() {}

  /**
   * {@code apps.OrdersProgram}: writes and reads a table.
   *
   * @param login the user, and the password if there is one
   */
  public static Jvm orders(Jdk jdk, Path driver, String url, String... login) {
    return client(jdk, driver).main("apps.OrdersProgram", with(url, login));
  }

  /**
   * {@code apps.JdbcProbe}: tries the database step by step and prints a line for each.
   *
   * @param password {@code -} for none
   */
  public static Jvm probe(
      Jdk jdk, Path driver, String url, String user, String password, String... steps) {
    List<String> arguments = new ArrayList<>(List.of(url, user, password));
    Collections.addAll(arguments, steps);
    return client(jdk, driver).main("apps.JdbcProbe", arguments.toArray(String[]::new));
  }

  /**
   * The published sqlline, with the newest driver, which reads its commands from standard input.
   *
   * @param home where it may write
   * @param password empty for none
   */
  public static Jvm sqlline(Jdk jdk, Path home, String url, String user, String password) {
    return Jvm.of(jdk)
        .property("user.home", home.toString())
        .property("java.io.tmpdir", home.toString()) // its terminal unpacks libraries
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
   * The published Liquibase, with the newest driver; skips the test on a JDK that is too old.
   *
   * @param home where the changelog is, and where it may write
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

  private static Jvm client(Jdk jdk, Path driver) {
    return Jvm.of(jdk).classPath(Built.apps(), driver);
  }

  private static String[] with(String first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    Collections.addAll(all, more);
    return all.toArray(String[]::new);
  }
}
