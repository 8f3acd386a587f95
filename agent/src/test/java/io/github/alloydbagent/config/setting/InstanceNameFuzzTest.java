package io.github.alloydbagent.config.setting;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.fuzz.Bounds;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Every text that is accepted as an instance's name is a safe URL path that leads only to that
 * instance.
 */
class InstanceNameFuzzTest {

  @FuzzTest
  void isOnePathOfEightSegments(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.UTF_8);
    InstanceName name = Bounds.hold(input, 200, () -> parsed(text));
    if (name == null) {
      return;
    }
    assertThat(InstanceName.parse(name.uri())).isEqualTo(name).hasToString(name.uri());
    assertThat(InstanceName.parse("https://alloydb.googleapis.com/v1/" + name.uri()))
        .isEqualTo(name);
    URI url = new URI("https://api.example/v1beta/" + name.uri());
    assertThat(url.normalize().getPath())
        .isEqualTo(
            "/v1beta/projects/"
                + name.project()
                + "/locations/"
                + name.location()
                + "/clusters/"
                + name.cluster()
                + "/instances/"
                + name.instance());
  }

  private static @Nullable InstanceName parsed(String text) {
    try {
      return InstanceName.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class);
      assertThat(e.getMessage()).isNotBlank();
      return null;
    }
  }
}
