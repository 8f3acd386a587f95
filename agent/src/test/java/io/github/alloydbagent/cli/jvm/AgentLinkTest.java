package io.github.alloydbagent.cli.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgentLinkTest {
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Another process of this machine may find the port first. */
  @Test
  void disconnectsStrangers() throws Exception {
    String[] secrets = new String[3];
    AgentLink link =
        AgentLink.accept(
            argument -> {
              assertThat(argument).matches("status-to=\\d+(:[0-9a-f]{32}){2}");
              String[] parts = argument.substring("status-to=".length()).split(":");
              System.arraycopy(parts, 0, secrets, 0, 3);
              say(parts[0], parts[2] + "\n"); // the wrong secret
              say(parts[0], "");
              say(parts[0], "GET / HTTP/1.1\r\n");
              say(parts[0], parts[1] + "\n");
            });
    try (link) {
      Socket agent = sockets.get(3);
      agent.getOutputStream().write("{\"a\":\"\u00fc\"}\n".getBytes(StandardCharsets.UTF_8));
      assertThat(link.requestStatus()).isEqualTo("{\"a\":\"\u00fc\"}");
      assertThat(new BufferedReader(new InputStreamReader(agent.getInputStream())).readLine())
          .isEqualTo(secrets[2]);
      assertThat(link.isClosedWithin(1)).isFalse();
      agent.close();
      assertThat(link.isClosedWithin(10_000)).isTrue();
      assertThatThrownBy(link::requestStatus).isInstanceOf(IOException.class);
    }
    assertThat(sockets.get(0).getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void refusesToAttachToJava8AfterAHundredTimes() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("java.specification.version", "1.8");
    AnywayOption anyway = new AnywayOption();

    anyway.requireAllowed("JVM 1", properties, "Use JMX.");
    properties.setProperty("alloydb-agent.asked", "99");
    anyway.requireAllowed("JVM 1", properties, "Use JMX.");
    properties.setProperty("alloydb-agent.asked", "100");
    assertThatThrownBy(() -> anyway.requireAllowed("JVM 1", properties, "Use JMX."))
        .hasMessage(
            "JVM 1 was attached to 100 times; on Java 8, each attach slows down class loading"
                + " until the JVM ends. Use JMX. Or use --anyway.");
    properties.setProperty("java.specification.version", "17");
    anyway.requireAllowed("JVM 1", properties, "Use JMX.");
  }

  private void say(String port, String text) throws IOException {
    Socket socket = new Socket("127.0.0.1", Integer.parseInt(port));
    socket.setSoTimeout(10_000);
    sockets.add(socket);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }
}
