package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.connections.RuntimeHolder;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusRequestTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Log log = new Log(LogLevel.TRACE, new PrintStream(said, true));
  private final RuntimeHolder prepared = new RuntimeHolder();
  private ServerSocket port;

  @BeforeEach
  void listen() throws IOException {
    port = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    port.setSoTimeout(10_000);
  }

  @AfterEach
  void close() throws IOException {
    port.close();
  }

  @Test
  void answersRequestsUntilTheCallerDisconnects() throws Exception {
    Thread thread = call(prepared);
    try (Socket socket = port.accept()) {
      BufferedReader in = reader(socket);
      assertThat(in.readLine()).isEqualTo("first");
      for (int i = 0; i < 2; i++) {
        ask(socket, "second\n");
        assertThat(in.readLine())
            .startsWith("{\"version\":\"1.2\",\"time\":")
            .endsWith(",\"state\":\"the agent is still starting\",\"instances\":[]}");
      }
    }
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
    assertThat(said.toString()).isEmpty();
  }

  @Test
  void answersOnlyRequestsWithTheSecret() throws Exception {
    for (String question : new String[] {"first\n", "\n", "x".repeat(1000)}) {
      Thread thread = call(prepared);
      try (Socket socket = port.accept()) {
        BufferedReader in = reader(socket);
        assertThat(in.readLine()).isEqualTo("first");
        ask(socket, question);
        try {
          assertThat(in.readLine()).isNull();
        } catch (IOException e) {
          // the connection was closed with unread data
        }
      }
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void reportsWhyThereAreNoInstances() throws Exception {
    prepared.fail(new IllegalStateException("no TLS 1.3"));
    assertThat(answer(prepared))
        .contains("\"failure\":\"could not start: java.lang.IllegalStateException: no TLS 1.3\"");

    RuntimeHolder mistaken = new RuntimeHolder();
    try {
      Settings.read("ip-typ=PSC", Map.of(), Map.of(), new File("."));
    } catch (SettingsException e) {
      mistaken.fail(e);
    }
    assertThat(answer(mistaken)).contains("\"failure\":\"1 error in the AlloyDB Agent's settings");
  }

  @Test
  void logsAnInvalidCall() {
    new StatusRequest("nonsense", "1.2", prepared, log).run();

    assertThat(said.toString())
        .contains("DEBUG")
        .contains("stopped sending the status to a command: ");
  }

  private String answer(RuntimeHolder of) throws Exception {
    call(of);
    try (Socket socket = port.accept()) {
      BufferedReader in = reader(socket);
      in.readLine();
      ask(socket, "second\n");
      return in.readLine();
    }
  }

  private Thread call(RuntimeHolder of) {
    String call = port.getLocalPort() + ":first:second";
    Thread thread = new Thread(new StatusRequest(call, "1.2", of, log));
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void ask(Socket socket, String question) throws IOException {
    socket.getOutputStream().write(question.getBytes(StandardCharsets.UTF_8));
  }
}
