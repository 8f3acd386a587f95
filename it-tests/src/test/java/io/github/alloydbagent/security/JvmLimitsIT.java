package io.github.alloydbagent.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests JVM settings that the agent cannot override: the failure names them and the remedy. */
@AlloyDbTest
class JvmLimitsIT {
  private static LocalAlloyDb alloyDb;

  @TempDir private Path directory;

  private static Jvm connect(Jdk jdk) {
    return Jvm.of(jdk)
        .agent()
        .environment(alloyDb.environment())
        .environment("ALLOYDB_INSTANCES", "orders=" + alloyDb.instance("primary").name())
        .classPath(Built.apps(), Built.newestDriver())
        .main(
            "apps.Connects",
            "orders=jdbc:postgresql://orders/postgres?user=app&password=secret&connectTimeout=20");
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 25})
  void reportsMissingSignatureSchemesForTheClientCertificate(int version) {
    assertThat(
            connect(Jdk.require(version))
                .property("jdk.tls.client.SignatureSchemes", "ecdsa_secp256r1_sha256")
                .run()
                .out())
        .contains("orders: failed: ")
        .contains("jdk.tls.client.SignatureSchemes (ecdsa_secp256r1_sha256)")
        .contains("add rsa_pss_rsae_sha256");
  }

  @Test
  void reportsDisabledAlgorithms() throws Exception {
    Path file = directory.resolve("java.security");
    Files.writeString(file, "jdk.tls.disabledAlgorithms=SSLv3, RSASSA-PSS\n");
    assertThat(
            connect(Jdk.require(17))
                .property("java.security.properties", file.toString())
                .run()
                .out())
        .contains("orders: failed: ")
        .contains("jdk.tls.disabledAlgorithms", "disables RSASSA-PSS");
  }
}
