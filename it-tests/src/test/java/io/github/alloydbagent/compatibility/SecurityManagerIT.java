package io.github.alloydbagent.compatibility;

import static io.github.alloydbagent.compatibility.MappedDatabase.URL;
import static io.github.alloydbagent.compatibility.MappedDatabase.arguments;
import static io.github.alloydbagent.compatibility.MappedDatabase.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Tests a security manager whose policy grants the application exactly what it needs without the
 * agent. With the agent it must need nothing more.
 */
@Tag("compatibility")
class SecurityManagerIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = JvmRow.of(8, 11, 17);

  private static final String[] STEPS = {"query", "transaction", "copy", "notify", "cancel"};

  /** Applies to the application and its driver, in addition to the default policy. */
  private static final String POLICY =
      """
      grant {
        permission java.util.PropertyPermission "*", "read";
        permission java.net.SocketPermission "HOST", "connect,resolve";
      };
      grant codeBase "APPS" {
        permission java.lang.RuntimePermission "exitVM.*";
        permission java.lang.RuntimePermission "setSecurityManager";
        permission java.lang.reflect.ReflectPermission "suppressAccessChecks";
      };
      """;

  private static final String FOR_THE_AGENT =
      """
      grant codeBase "AGENT" {
        permission java.security.AllPermission;
      };
      """;

  private static MappedDatabase database;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws Exception {
    database = new MappedDatabase();
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void needsNoMorePermissionsThanWithoutTheAgent(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    String plainUrl = database.plainUrl();
    String plainHost = plainUrl.substring(plainUrl.indexOf("//") + 2, plainUrl.lastIndexOf('/'));
    JvmResult without =
        database
            .jvm(jdk)
            .flags("-Djava.security.manager", policy(plainHost, ""))
            .main("apps.JdbcProbe", arguments(plainUrl, STEPS))
            .run();
    assertDone(without, STEPS);

    JvmResult with =
        database
            .tunnelled(jdk)
            .flags("-Djava.security.manager", policy("orders-db:5432", FOR_THE_AGENT))
            .main("apps.JdbcProbe", arguments(URL, STEPS))
            .run();

    assertDone(with, STEPS);
    database.assertTwoLines(with, without.errLines());
    new JvmRow("a security manager with a restrictive policy for the application (1)")
        .worksOn(version);
  }

  /** premain runs before the security manager is set; the rest needs no grant. */
  @ParameterizedTest
  @FieldSource("JDKS")
  void worksIfTheApplicationSetsASecurityManager(int version) throws Exception {
    JvmResult result =
        database
            .tunnelled(Jdk.require(version))
            .flags(policy("orders-db:5432", ""))
            .main("apps.Guarded", arguments(URL, STEPS))
            .run();

    assertDone(result, STEPS);
    List<String> others =
        result.errLines().stream().filter(line -> line.startsWith("WARNING: ")).toList();
    assertThat(others).hasSize(version == 17 ? 4 : 0); // the JDK's own warnings
    database.assertTwoLines(result, others);
    new JvmRow("a security manager that the application sets in `main`").worksOn(version);
  }

  /** A tunnel does not bypass the policy. */
  @Test
  void aHostThatThePolicyForbidsRemainsForbidden() throws Exception {
    long tunnels = database.tunnels();

    JvmResult result =
        database
            .tunnelled(Jdk.require(17))
            .flags("-Djava.security.manager", policy("another-db:5432", FOR_THE_AGENT))
            .main("apps.JdbcProbe", arguments(URL, "query"))
            .run();

    assertThat(result.out())
        .contains("query: failed: ")
        .contains("access denied")
        .contains("\"orders-db");
    assertThat(database.tunnels()).isEqualTo(tunnels);
  }

  /** The JVM starts, and drivers cannot be loaded. */
  @ParameterizedTest
  @FieldSource("JDKS")
  void reportsAPolicyWithoutTheAgent(int version) throws Exception {
    JvmResult result =
        database
            .tunnelled(Jdk.require(version))
            .flags("-Djava.security.manager", policy("*", ""))
            .main("apps.JdbcProbe", arguments(URL, "query"))
            .run();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err())
        .contains("alloydb-agent: AAJ-901: could not start (java.security.AccessControlException: ")
        .contains(
            "The policy of this JVM's security manager must grant java.security.AllPermission to"
                + " the agent's jar.")
        .contains("AlloyDB Agent: AAJ-705: refused to let org.postgresql.core.");
  }

  private String policy(String host, String more) throws IOException {
    String text =
        (POLICY + more)
            .replace("HOST", host)
            .replace("APPS", Built.apps().toUri().toString())
            .replace("AGENT", Built.agentJar().toUri().toString());
    Path file = Files.createTempFile(directory, "java", ".policy");
    Files.writeString(file, text);
    return "-Djava.security.policy=" + file;
  }
}
