package apps;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Runs {@link JdbcProbe} in a child JVM, and then in this one. */
public final class Family {

  private Family() {}

  public static void main(String[] args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(new File(System.getProperty("java.home"), "bin/java").getPath());
    Collections.addAll(command, "-cp", System.getProperty("java.class.path"), "apps.JdbcProbe");
    command.addAll(Arrays.asList(args));
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    System.out.println("child: " + exit);
    JdbcProbe.main(args);
  }
}
