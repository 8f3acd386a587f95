package io.github.alloydbagent.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoProxyTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*|anything.example",
        "example.com|example.com",
        "example.com|db.example.com",
        ".example.com|db.example.com",
        "*.example.com|DB.Example.com",
        "a, example.com ,b|example.com",
        "a example.com b|example.com",
        "a_b.example|a_b.example",
        "10.1.2.3|10.1.2.3",
        "10.0.0.0/8|10.200.3.4",
        "10.1.2.4/30|10.1.2.7",
        "0.0.0.0/0|1.2.3.4",
        "fd00::/8|fd12::1",
        "[::1]|::1",
        "::1|0:0:0:0:0:0:0:1",
      })
  void covers(String list, String host) {
    assertThat(NoProxy.covers(list, host)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|example.com",
        "example.com|example.org",
        "ample.com|example.com",
        "10.0.0.0/8|11.0.0.1",
        "10.1.2.4/30|10.1.2.8",
        "10.0.0.0/8|10.example.com",
        "10.0.0.0/33|10.0.0.0",
        "10.0.0.0/x|10.0.0.0",
        "10.0.0.0/-1|10.0.0.0",
        "10.0.0.0/8|fd00::1",
        "999.0.0.0/8|10.0.0.1",
      })
  void doesNotCover(String list, String host) {
    assertThat(NoProxy.covers(list, host)).isFalse();
  }
}
