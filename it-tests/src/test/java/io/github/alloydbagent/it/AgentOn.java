package io.github.alloydbagent.it;

import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Adds the agent to a JVM with only a flag and the environment, as users do. */
public final class AgentOn {
  /** The prefix of the agent's log lines, with {@code LEVEL} as a placeholder. */
  private static final String PREFIX =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ LEVEL alloydb-agent: ";

  private static final Pattern VALID_UNTIL = Pattern.compile(", certificate valid until (\\S+)$");

  private AgentOn() {}

  /**
   * Adds the agent and maps hosts.
   *
   * @param instances the setting {@code instances}; see {@link #map}
   */
  public static Jvm jvm(Jvm jvm, LocalAlloyDb alloyDb, String instances) {
    return jvm.agent()
        .environment(alloyDb.environment())
        .environment("ALLOYDB_INSTANCES", instances);
  }

  /** Returns the mapping of a host for the setting {@code instances}. */
  public static String map(String host, LocalInstance instance) {
    return host + "=" + instance.name();
  }

  /** Returns a pattern for a log line of the agent. */
  public static Pattern line(String level, String text) {
    return Pattern.compile(PREFIX.replace("LEVEL", level) + Pattern.quote(text));
  }

  /** Returns a pattern for the line that the agent logs when it starts. */
  public static Pattern startLine(String mapped) {
    return Pattern.compile(
        PREFIX.replace("LEVEL", "INFO")
            + "version \\d+\\.\\d+\\.\\S+, "
            + Pattern.quote(mapped)
            + "(; set: .+)?");
  }

  /**
   * Returns a pattern for the line that the agent logs after the first connection to an instance by
   * its private address.
   */
  public static Pattern successLine(String hostAndPort, LocalInstance instance) {
    return Pattern.compile(
        PREFIX.replace("LEVEL", "INFO")
            + Pattern.quote(
                "host "
                    + hostAndPort
                    + " is connected to "
                    + instance.name()
                    + " at PRIVATE "
                    + instance.addresses().privateIp()
                    + ":5433, certificate valid until ")
            + "\\S+Z");
  }

  /** Extracts the expiry of the certificate from a {@link #successLine}. */
  public static Instant validUntil(String successLine) {
    Matcher end = VALID_UNTIL.matcher(successLine);
    if (!end.find()) {
      throw new AssertionError("no end of a certificate in: " + successLine);
    }
    return Instant.parse(end.group(1));
  }
}
