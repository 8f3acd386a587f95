package apps;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;

/** Reads the CPU time of this process. */
final class Cpu {

  /** USER_HZ is 100 on every Linux. */
  private static final int MILLIS_A_TICK = 10;

  private Cpu() {}

  /** Returns the CPU time of all threads that the process has had, in steps of a tick. */
  static double millis() throws IOException {
    String stat =
        new String(Files.readAllBytes(Paths.get("/proc/self/stat")), StandardCharsets.US_ASCII);
    // the fields after the name, which may contain any character: proc(5), fields 14 and 15
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * (double) MILLIS_A_TICK;
  }
}
