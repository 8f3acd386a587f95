package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.time.Clock;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenTunnelsTest {
  private static SSLContext context;

  private final OpenTunnels tunnels = new OpenTunnels();

  @BeforeAll
  static void makeKeys(@TempDir Path directory) throws Exception {
    context = TlsPair.context(directory);
  }

  @Test
  void closesOpenTunnelsAndAcceptsFurtherOnes() throws Exception {
    try (TlsPair one = new TlsPair(context);
        TlsPair other = new TlsPair(context)) {
      assertThat(tunnels.add(one.tunnel)).isTrue();
      assertThat(tunnels.closeAll()).isEqualTo(1);
      assertThat(one.tunnel.isClosed()).isTrue();
      assertThat(tunnels.add(other.tunnel)).as("after JMX's reconnect").isTrue();
      assertThat(tunnels.count()).isEqualTo(1);
    }
  }

  @Test
  void refusesTunnelsOnceRetired() throws Exception {
    try (TlsPair one = new TlsPair(context);
        TlsPair late = new TlsPair(context)) {
      tunnels.add(one.tunnel);
      assertThat(tunnels.retire()).isEqualTo(1);
      assertThat(one.tunnel.isClosed()).isTrue();
      assertThat(tunnels.add(late.tunnel)).isFalse();
      assertThat(tunnels.count()).isZero();
    }
  }

  @Test
  void retiresIfEmptyOnlyWhileNoneIsOpen() throws Exception {
    try (TlsPair one = new TlsPair(context);
        TlsPair late = new TlsPair(context)) {
      tunnels.add(one.tunnel);
      assertThat(tunnels.retireIfEmpty()).isFalse();
      one.tunnel.close();
      assertThat(tunnels.retireIfEmpty()).isTrue();
      assertThat(tunnels.add(late.tunnel)).isFalse();
    }
  }

  @Test
  void aRetiredTargetClosesALateTunnel() throws Exception {
    Log log = new Log(LogLevel.OFF, System.err);
    Target target =
        new Target(TestSettings.mapping(), null, null, Runnable::run, null, Clock.SYSTEM, log);
    target.refuseIfRetired("orders-db:5432");
    target.retire();
    try (TlsPair late = new TlsPair(context)) {
      assertThatThrownBy(() -> target.addTunnel("orders-db:5432", late.tunnel))
          .isInstanceOf(RemappedException.class)
          .hasMessageContaining("host orders-db:5432")
          .hasMessageContaining("clusters/c/instances/i")
          .hasMessageContaining("remapped")
          .hasMessageContaining("Connect again");
      assertThat(late.tunnel.isClosed()).isTrue();
    }
    assertThatThrownBy(() -> target.refuseIfRetired("orders-db:5432"))
        .isInstanceOf(RemappedException.class);
  }
}
