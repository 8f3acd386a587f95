package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that interrupted threads cancel and connect as they do without the agent, as measured with
 * pgjdbc 42.7.14 on Java 17, 21 and 25: connections on platform threads ignore interrupts; on
 * virtual threads they fail with the JDK's "Closed by interrupt".
 */
@AlloyDbTest
class InterruptsIT {

  /**
   * Delay of each packet in milliseconds, so that a dial outlasts several checks of its deadline.
   */
  private static final long PACKET_DELAY_MILLIS = 40;

  private static LocalAlloyDb alloyDb;
  private static Servers servers;
  private static String mapping;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb().instance("primary");
  }

  @BeforeAll
  static void start() throws Exception {
    servers = new Servers(alloyDb.instance("primary"));
    InetAddress there =
        InetAddress.getByName(String.valueOf(alloyDb.instance("primary").addresses().privateIp()));
    int port =
        servers.listening(
            client -> {
              Socket instance = new Socket(there, 5433);
              Thread back = new Thread(() -> carry(instance, client));
              back.setDaemon(true);
              back.start();
              carry(client, instance);
            });
    mapping = "orders-db=" + alloyDb.instance("primary").name() + "?server-port=" + port;
  }

  private static void carry(Socket from, Socket to) {
    byte[] buffer = new byte[65_536];
    try (from;
        to) {
      from.setTcpNoDelay(true);
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        Thread.sleep(PACKET_DELAY_MILLIS);
        out.write(buffer, 0, count);
      }
    } catch (IOException | InterruptedException e) {
      // one side has closed the connection
    }
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  private static List<String> work(Jdk jdk, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] =
        "jdbc:postgresql://orders-db/postgres?user=app&connectTimeout=30&password="
            + Servers.PASSWORD;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Jvm.of(jdk)
        .agent()
        .environment(alloyDb.environment())
        .environment("ALLOYDB_INSTANCES", mapping)
        .classPath(Built.apps(), Built.newestDriver())
        .main("apps.Interrupted", all)
        .run()
        .checkSucceeded()
        .outLines();
  }

  @Test
  void interruptsDoNotAffectPlatformThreads() {
    assertThat(work(Jdk.chosen())).containsExactly("query: cancelled", "connect: ok, interrupted");
  }

  @ParameterizedTest
  @ValueSource(ints = {21, 25})
  void interruptsEndADialOnAVirtualThreadAsInTheJdk(int version) {
    assertThat(work(Jdk.require(version), "virtual"))
        .last()
        .asString()
        .startsWith("connect: failed: ")
        .contains("InterruptedIOException: AlloyDB Agent: AAJ-907: no connection to host orders-db")
        .contains("interrupted at")
        .endsWith(", interrupted");
  }
}
