package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests a runtime image linked for one application, with the few modules that its driver needs and
 * its owner's certificates.
 */
@Tag("compatibility")
@AlloyDbTest
class LinkedImageIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = JvmRow.firstOf(17, 11, 21, 25);

  /**
   * The modules of the driver and of the agent, and elliptic curves, a separate module before 22.
   */
  private static final String MODULES = "java.sql,java.instrument,jdk.crypto.ec";

  private static final String NO_CURVES = "java.sql,java.instrument";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  /**
   * The API is called over HTTPS, as in production, and verified with the image's trust anchors.
   */
  @ParameterizedTest
  @FieldSource("JDKS")
  void connectsAndVerifiesTheApiWithTheImagesTrustAnchors(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    Jdk image = image(jdk, MODULES);

    JvmResult before = probe(image).checkFailed();
    trust(alloyDb.endpointCaCertificate(), image);
    JvmResult after = probe(image).checkSucceeded();

    assertThat(before.out()).contains("Admin API").contains("PKIX path building failed");
    assertThat(after.out()).startsWith("query: ok: app at postgres");
    assertThat(after.errLines()).as(after.toString()).hasSize(2);
    assertThat(after.errLines().get(1)).matches(AgentOn.successLine("orders-db:5432", primary));
    new JvmRow(
            "a `jlink` image with pgjdbc's modules, `java.instrument` and, before 22,"
                + " `jdk.crypto.ec` (4)")
        .worksOn(version);
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 17, 21})
  void reportsTheModuleWithTheCurves(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    JvmResult result =
        AgentOn.jvm(
                Programs.probe(
                    image(jdk, NO_CURVES),
                    Built.newestDriver(),
                    "jdbc:postgresql://orders-db/postgres?connectTimeout=10",
                    "app",
                    "secret",
                    "query"),
                alloyDb,
                AgentOn.map("orders-db", primary))
            .run()
            .checkFailed();

    assertThat(result.out()).contains("has no elliptic curves", "--add-modules jdk.crypto.ec");
  }

  private static JvmResult probe(Jdk image) {
    String url = "jdbc:postgresql://orders-db/postgres?connectTimeout=10";
    return AgentOn.jvm(
            Programs.probe(image, Built.newestDriver(), url, "app", "secret", "query"),
            alloyDb,
            AgentOn.map("orders-db", primary))
        .environment("ALLOYDB_AGENT_API_ENDPOINT", alloyDb.adminTlsUrl())
        .run();
  }

  private Jdk image(Jdk jdk, String modules) throws Exception {
    Path home = directory.resolve("image");
    Process link =
        new ProcessBuilder(
                jdk.tool("jlink").toString(), "--add-modules", modules, "--output", home.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(link.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(link.waitFor()).as(output).isZero();
    Jdk image = new Jdk(jdk.version(), home);
    // JDKs adapted to an older system have a modified launcher only
    Files.copy(jdk.java(), image.java(), StandardCopyOption.REPLACE_EXISTING);
    return image;
  }

  private static void trust(String pem, Jdk image) throws Exception {
    // readable without a password, which the JDK does not use for its trust anchors
    KeyStore anchors = KeyStore.getInstance("JKS");
    anchors.load(null, null);
    anchors.setCertificateEntry(
        "owner",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
    Path file = image.home().resolve("lib/security/jssecacerts");
    try (OutputStream out = Files.newOutputStream(file)) {
      anchors.store(out, "changeit".toCharArray());
    }
  }
}
