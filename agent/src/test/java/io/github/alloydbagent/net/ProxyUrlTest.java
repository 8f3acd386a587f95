package io.github.alloydbagent.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyUrlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "proxy|''|proxy|-1|-|-",
        "proxy:3128|''|proxy|3128|-|-",
        "proxy:|''|proxy|-1|-|-",
        "http://squid_proxy:3128|http|squid_proxy|3128|-|-",
        "socks5h://my_socks:1080|socks5h|my_socks|1080|-|-",
        "HTTPS://proxy.example/|https|proxy.example|-1|-|-",
        "http://[fd00::1]:3128/|http|[fd00::1]|3128|-|-",
        "http://[fe80::1%eth0]|http|[fe80::1%eth0]|-1|-|-",
        "http://proxy:1/path?query#fragment|http|proxy|1|-|-",
        "http://user:p@ss:w%rd@proxy:3128|http|proxy|3128|user|p@ss:w%rd",
        "http://user:%@proxy|http|proxy|-1|user|%",
        "http://user:%4@proxy|http|proxy|-1|user|%4",
        "user:p%2Fw@proxy:1|''|proxy|1|user|p/w",
        "http://us%3Aer:%C3%A9@proxy|http|proxy|-1|us:er|é",
        "http://user@proxy|http|proxy|-1|user|''",
        "http://user:@proxy|http|proxy|-1|user|''",
        "http://@proxy|http|proxy|-1|''|''",
        "http://:pw@proxy|http|proxy|-1|''|pw",
        "user:a://b@proxy|-|-|0|-|-",
      })
  void parsesWhatCurlAccepts(
      String text, String scheme, String host, int port, String user, String password) {
    if (host == null) {
      assertThatThrownBy(() -> ProxyUrl.parse(text)).isInstanceOf(IllegalArgumentException.class);
      return;
    }
    ProxyUrl url = ProxyUrl.parse(text);
    assertThat(url.scheme).isEqualTo(scheme);
    assertThat(url.host).isEqualTo(host);
    assertThat(url.port).isEqualTo(port);
    assertThat(url.user).isEqualTo(user);
    assertThat(url.password).isEqualTo(password);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://",
        "http://:3128",
        "http://user:secret@",
        "http://user:secret@proxy:port",
        "http://user:secret@proxy:0",
        "http://user:secret@proxy:65536",
        "http://user:secret@proxy:99999999999",
        "http://user:secret@pro xy",
        "http://user:se/cret@proxy:3128",
        "http://user:12/secret@proxy:3128",
        "http://user:se?cret@proxy",
        "http://user:secret@fd00::1",
        "http://user:secret@[fd00::1",
        "http://user:secret@[proxy]",
        "http:\\\\user:secret@proxy\\x",
        "://user:secret@proxy",
        "user:secret://x@proxy",
      })
  void rejectsEverythingElseWithoutRepeatingAPassword(String text) {
    assertThatThrownBy(() -> ProxyUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("cret")
        .message()
        .isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://user:secret@proxy:8080", "user:secret@proxy:8080/"})
  void doesNotRevealAPassword(String text) {
    assertThat(ProxyUrl.parse(text).toString()).contains("proxy:8080").doesNotContain("secret");
  }
}
