package io.github.alloydbagent.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverOriginTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:/lib/postgresql-42.7.14.jar",
        "jar:file:/app.jar!/BOOT-INF/lib/postgresql-42.7.14.jar!/"
      })
  void namesTheJarWithTheVersion(String location) throws Exception {
    CodeSource source = new CodeSource(URI.create(location).toURL(), (Certificate[]) null);
    assertThat(DriverOrigin.of("org/postgresql/core/PGStream", new ProtectionDomain(source, null)))
        .isEqualTo("org.postgresql.core.PGStream from postgresql-42.7.14.jar");
  }

  @Test
  void reportsAnUnknownJar() {
    assertThat(DriverOrigin.of("a/core/PGStream", null))
        .isEqualTo("a.core.PGStream (from an unknown jar)");
    assertThat(DriverOrigin.of("a/core/PGStream", new ProtectionDomain(null, null)))
        .isEqualTo("a.core.PGStream (from an unknown jar)");
  }
}
