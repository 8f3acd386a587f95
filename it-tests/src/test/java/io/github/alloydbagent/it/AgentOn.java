package io.github.alloydbagent.it;

import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the agent on a JVM with nothing but a flag and the environment, as users do. */
public final class AgentOn {
  /** How each line of the agent's begins, {@code LEVEL} to be put in. */
  private static final String PREFIX =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ LEVEL alloydb-agent: ";

  private static final Pattern VALID_UNTIL = Pattern.compile(", certificate valid until (\\S+)$");

  private AgentOn() {}

  /**
   * The JVM with hosts mapped.
   *
   * @param instances the setting of that name; see {@link #map}
   */
  public static Jvm jvm(Jvm jvm, LocalAlloyDb alloyDb, String instances) {
    return jvm.agent()
        .environment(alloyDb.environment())
        .environment("ALLOYDB_INSTANCES", instances);
  }

  /** A mapping of a host. */
  public static String map(String host, LocalInstance instance) {
    return host + "=" + instance.name();
  }

  /** A line of the agent's. */
  public static Pattern line(String level, String text) {
    return Pattern.compile(PREFIX.replace("LEVEL", level) + Pattern.quote(text));
  }

  /** What the agent says when it starts. */
  public static Pattern startLine(String mapped) {
    return Pattern.compile(
        PREFIX.replace("LEVEL", "INFO")
            + "version \\d+\\.\\d+\\.\\S+, "
            + Pattern.quote(mapped)
            + "(; set: .+)?");
  }

  /** What the agent says when an instance is reached for the first time, by its private address. */
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

  /** The end of the certificate's life, from {@link #successLine}. */
  public static Instant validUntil(String successLine) {
    Matcher end = VALID_UNTIL.matcher(successLine);
    if (!end.find()) {
      throw new AssertionError("no end of a certificate in: " + successLine);
    }
    return Instant.parse(end.group(1));
  }
}
