package io.github.alloydbagent.config.setting;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearestNameTest {

  @ParameterizedTest
  @CsvSource({
    "ip-tpye, ip-type",
    "ip_type, ip-type",
    "ipType, ip-type",
    "instance, instances",
    "logfile, log-file",
    "enable-iam-authn, enable-iam-auth",
    "connection-timeout,",
    "host,",
    "host,",
    "x,",
    "password,",
  })
  void toleratesTwoEdits(String written, String nearest) {
    assertThat(NearestName.of(written, KnownSettings.names(KnownSettings.ALL))).isEqualTo(nearest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs", "isp"})
  void toleratesFewerEditsInShortWords(String written) {
    assertThat(NearestName.of(written, java.util.List.of("off", "psc", "logxx"))).isNull();
  }
}
