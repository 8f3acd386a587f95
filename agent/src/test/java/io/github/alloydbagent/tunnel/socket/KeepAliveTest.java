package io.github.alloydbagent.tunnel.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

class KeepAliveTest {

  @Test
  void setsTheIntervalInTheKernel() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
      assumeTrue(socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE));
      KeepAlive.enable(socket, 45_000);
      assertThat(socket.getKeepAlive()).isTrue();
      assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(45);
      assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(45);
      assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "a Linux kernel to look into");
      assertThat(timer(socket.getLocalPort(), socket.getPort()))
          .as("timer 2, keep-alive, in hundredths of a second")
          .startsWith("02:")
          .satisfies(
              timer ->
                  assertThat(Long.parseLong(timer.substring(3), 16)).isBetween(3_000L, 4_500L));
    }
  }

  @Test
  void roundsShortIntervalsUpToASecond() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
      assumeTrue(socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE));
      KeepAlive.enable(socket, 500);
      assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(1);
    }
  }

  /** Reads the column {@code tr:tm->when} of proc_net_tcp.txt in the kernel's documentation. */
  private static String timer(int local, int remote) throws Exception {
    String ports = ":%04X [0-9A-F]+:%04X ".formatted(local, remote);
    for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try (Stream<String> lines = Files.lines(Path.of(file))) {
        String found =
            lines.filter(line -> line.matches(".*" + ports + ".*")).findAny().orElse(null);
        if (found != null) {
          return found.trim().split(" +")[5];
        }
      }
    }
    throw new AssertionError("no connection from port " + local + " to " + remote);
  }
}
