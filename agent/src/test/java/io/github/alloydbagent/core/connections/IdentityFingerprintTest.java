package io.github.alloydbagent.core.connections;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import java.io.File;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdentityFingerprintTest {
  private static final String HOST = "a=projects/p/locations/l/clusters/c/instances/i";

  private static String of(String... settings) throws Exception {
    Map<String, String> properties = new HashMap<>();
    properties.put("alloydb.agent.instances", HOST);
    for (int i = 0; i < settings.length; i += 2) {
      properties.put("alloydb.agent." + settings[i], settings[i + 1]);
    }
    List<Mapping> mappings = Settings.read(null, properties, Map.of(), new File("none")).mappings();
    return IdentityFingerprint.of(mappings.get(0).settings());
  }

  @Test
  void isTheSameForEqualSettings() throws Exception {
    assertThat(of()).isEqualTo(of()).matches("[0-9a-f]{8}");
    assertThat(of("access-token", "secret", "login-token", "secret"))
        .isEqualTo(of("access-token", "secret", "login-token", "secret"));
  }

  @Test
  void differsForOtherSettings() throws Exception {
    Set<String> all = new HashSet<>();
    all.add(of());
    all.add(of("access-token", "one", "login-token", "one"));
    all.add(of("access-token", "other", "login-token", "other"));
    all.add(of("impersonate-service-account", "a@p.iam.gserviceaccount.com"));
    all.add(of("quota-project", "q"));
    all.add(of("api-endpoint", "https://example.com"));
    all.add(of("refresh-strategy", "LAZY"));
    assertThat(all).hasSize(7);
    assertThat(of("connect-timeout", "3s")).as("which changes no identity").isEqualTo(of());
  }
}
