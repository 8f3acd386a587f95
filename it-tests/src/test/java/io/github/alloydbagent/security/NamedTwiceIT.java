package io.github.alloydbagent.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Tests an agent that is added to all JVMs, by an image or JAVA_TOOL_OPTIONS, and once more by an
 * application's flag.
 */
class NamedTwiceIT {

  private PlainTextServer server;

  @BeforeEach
  void start() throws Exception {
    server = new PlainTextServer();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void theSecondAgentStartsIfTheFirstMapsNothing(int version) {
    JvmResult result = attempt(plain(version).agent().agent(mapping(server.host())));
    Attacked.assertProtected(server, result);
    assertThat(result.out()).contains("Admin API failed"); // the agent works
  }

  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void theSecondAgentIsRefusedIfTheFirstMapsHosts(int version) {
    JvmResult result =
        attempt(plain(version).agent(mapping("127.9.9.9")).agent(mapping(server.host())));
    Attacked.assertProtected(server, result);
    assertThat(result.err()).contains("specified twice, with different arguments");
  }

  private static Jvm plain(int version) {
    return Jvm.of(Jdk.require(version)).classPath(Built.apps(), Built.newestDriver());
  }

  private JvmResult attempt(Jvm jvm) {
    return Attacked.attempts(jvm, server.url());
  }

  private String mapping(String host) {
    return "instances="
        + host
        + ":"
        + server.port()
        + "=projects/p/locations/l/clusters/c/instances/i"
        + ",api-endpoint="
        + server.apiUrl()
        + ",access-token=token-of-a-test,connect-timeout=30s";
  }
}
