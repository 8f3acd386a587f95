package io.github.alloydbagent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.fuzz.Bounds;
import io.github.alloydbagent.fuzz.Chunks;
import java.util.List;

/**
 * Every response of the Admin API or of a front end results in a usable value, or in an error of
 * one line.
 */
class AdminApiFuzzTest {
  private static final InstanceName INSTANCE =
      InstanceName.parse("projects/p/locations/l/clusters/c/instances/i");

  private static final String TOKEN = "ya29.secret";

  private static final int[] STATUS = {200, 200, 200, 400, 403, 404, 429, 500};

  @FuzzTest
  void usesAnAnswerOrSaysWhyNot(byte[] input) throws Exception {
    int first = input.length == 0 ? 0 : input[0];
    FuzzedAnswer answer = new FuzzedAnswer(STATUS[first & 7], Chunks.content(input));
    try {
      if ((first & 16) != 0) {
        InstanceList list =
            Bounds.hold(input, 2_000, () -> answer.api().instances("projects/p", TOKEN));
        assertThat(list.instances()).doesNotContainKey(null).doesNotContainValue(null);
      } else if ((first & 8) == 0) {
        Addresses addresses =
            Bounds.hold(input, 500, () -> answer.api().connectionInfo(INSTANCE, TOKEN));
        for (String address :
            List.of(
                String.valueOf(addresses.byType().get(IpType.PRIVATE)),
                String.valueOf(addresses.byType().get(IpType.PUBLIC)),
                String.valueOf(addresses.byType().get(IpType.PSC)))) {
          assertThat(address).isNotEmpty();
        }
      } else {
        IssuedCertificate issued =
            Bounds.hold(input, 2_000, () -> answer.api().clientCertificate(INSTANCE, "PEM", TOKEN));
        assertThat(issued.chain()).isNotEmpty().doesNotContainNull();
      }
      assertThat(first & 7).as("success").isLessThan(3);
    } catch (ApiException e) {
      FuzzedAnswer.assertIsOneLine(e, TOKEN);
    }
  }
}
