package io.github.alloydbagent.security;

import static io.github.alloydbagent.security.Attacked.FACTORY;
import static io.github.alloydbagent.security.Attacked.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests drivers that were loaded before the agent, or that lost the agent's changes later. */
class LoadedBeforeIT {

  @TempDir private Path directory;
  private PlainTextServer server;

  @BeforeEach
  void start() throws Exception {
    server = new PlainTextServer();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /** Verifies the premise of the other tests. */
  @Test
  void withoutTheAgentConnectionsReachTheServer() {
    Attacked.attempts(plain(Jdk.running()), server.url());
    assertThat(server.received()).singleElement().asString().startsWith("000000");
  }

  @ParameterizedTest
  @CsvSource({
    "8, " + STREAM,
    "17, " + STREAM,
    "25, " + STREAM,
    "8, " + STREAM + ";" + FACTORY,
    "17, " + FACTORY,
    "25, " + STREAM + ";" + FACTORY
  })
  void protectsADriverThatAnotherAgentLoaded(int version, String classes) throws Exception {
    Path other = Attacked.agentJar(directory, "LoadingAgent");
    Jvm jvm =
        plain(Jdk.require(version))
            .flags("-javaagent:" + other + "=" + classes.replace(';', ','))
            .agent();
    JvmResult result =
        Attacked.attempts(
            Attacked.mapped(jvm, server), server.url(), server.url("sslmode=require"));
    Attacked.assertProtected(server, result);
    assertThat(result.out())
        .contains("Admin API failed"); // the connection was on its way to the instance
  }

  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void refusesADriverThatAnotherAgentLoadedIfSettingsAreInvalid(int version) throws Exception {
    Path other = Attacked.agentJar(directory, "LoadingAgent");
    Jvm jvm = plain(Jdk.require(version)).flags("-javaagent:" + other + "=" + STREAM).agent();
    Attacked.assertProtected(server, Attacked.attempts(Attacked.mistaken(jvm), server.url()));
  }

  /** If the settings cannot be read, no driver may connect, including those already loaded. */
  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void refusesADriverThatAnotherAgentLoadedIfTheAgentCannotStart(int version) throws Exception {
    Path other = Attacked.agentJar(directory, "LoadingAgent");
    Path broken = BrokenJar.withoutAgent(directory);
    Jvm jvm =
        plain(Jdk.require(version))
            .flags("-javaagent:" + other + "=" + STREAM, "-javaagent:" + broken);
    JvmResult result = Attacked.attempts(Attacked.mapped(jvm, server), server.url());
    Attacked.assertProtected(server, result);
    assertThat(result.err()).contains("could not start");
  }

  /** Only the second guard remains in that case. */
  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void protectsAStreamWhoseChangesAnotherAgentReverts(int version) throws Exception {
    Path other = Attacked.agentJar(directory, "UndoingAgent");
    Jvm jvm = plain(Jdk.require(version)).agent().flags("-javaagent:" + other + "=" + STREAM);
    JvmResult result =
        Attacked.attempts(
            Attacked.mapped(jvm, server),
            server.url(),
            server.url("sslmode=require"),
            server.url("sslmode=require&sslNegotiation=direct"),
            server.url("gssEncMode=prefer"));
    Attacked.assertProtected(server, result);
    assertThat(result.out()).contains("Nothing was sent");
  }

  @Test
  void protectsADriverInAnAotCache() throws Exception {
    Jdk jdk = Jdk.require(25);
    Path application = Attacked.jar(directory, "attempts.jar", null, "Attempts");
    Path cache = directory.resolve("app.aot");
    // as when an image is built: with the agent, and without mappings
    aot(jdk, application)
        .agent()
        .flags("-XX:AOTCacheOutput=" + cache)
        .main("apps.Attempts", server.url())
        .run()
        .checkSucceeded();
    assertThat(cache).exists();
    assertThat(server.received()).hasSize(1);
    server.received().clear();

    Jvm jvm = aot(jdk, application).agent().flags("-XX:AOTCache=" + cache, "-Xlog:class+load");
    JvmResult result = Attacked.attempts(Attacked.mapped(jvm, server), server.url());
    Attacked.assertProtected(server, result);
    assertThat(result.out()).containsPattern(STREAM + " source: shared objects file");

    jvm = aot(jdk, application).agent().flags("-XX:AOTCache=" + cache);
    Attacked.assertProtected(server, Attacked.attempts(Attacked.mistaken(jvm), server.url()));
  }

  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void worksWithTheAgentsJarOnTheBootClassPath(int version) {
    Jvm jvm = plain(Jdk.require(version)).flags("-Xbootclasspath/a:" + Built.agentJar()).agent();
    JvmResult result = Attacked.attempts(Attacked.mapped(jvm, server), server.url());
    Attacked.assertProtected(server, result);
    assertThat(result.err()).doesNotContain("could not start");
    assertThat(result.out()).contains("Admin API failed"); // the agent works
  }

  /** The package is not in {@code driver-packages}. */
  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void protectsADriverInAnApplicationPackage(int version) {
    Jvm jvm =
        Jvm.of(Jdk.require(version))
            .agent()
            .property("jdbc.drivers", "com.acme.database.Driver")
            .classPath(Built.apps(), Built.relocatedDriver());
    JvmResult result =
        Attacked.attempts(
            Attacked.mapped(jvm, server), server.url(), server.url("sslmode=require"));
    Attacked.assertProtected(server, result);
    assertThat(result.out()).contains("Admin API failed");
  }

  private static Jvm plain(Jdk jdk) {
    return Jvm.of(jdk).classPath(Built.apps(), Built.newestDriver());
  }

  private static Jvm aot(Jdk jdk, Path application) {
    return Jvm.of(jdk).classPath(application, Built.newestDriver());
  }
}
