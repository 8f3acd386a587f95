package io.github.alloydbagent.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests that a mapped address is mapped in every spelling that an application may use. */
@AlloyDbTest(md5 = true)
class HostSpellingsIT {
  private static final long SEED = Long.getLong("spellings.seed", 20261127);
  private static final int COUNT = 20_000;

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  /**
   * With the property, JDKs resolve spellings that they do not parse themselves with the C library,
   * as all JDKs did before 2024.
   */
  @ParameterizedTest
  @CsvSource({
    "8, false",
    "8, true",
    "11, false",
    "11, true",
    "17, false",
    "17, true",
    "21, false",
    "21, true",
    "25, false",
    "25, true"
  })
  void parsesLoopbackAddressesAsTheJvmDoes(int version, boolean lenient) {
    JvmResult result =
        Jvm.of(Jdk.require(version))
            .property("jdk.net.allowAmbiguousIPAddressLiterals", String.valueOf(lenient))
            .property("java.net.preferIPv6Addresses", "false")
            .classPath(Built.apps(), Built.agentClasses())
            .main("apps.HostSpellings", String.valueOf(SEED), String.valueOf(COUNT))
            .run()
            .checkSucceeded();
    assertThat(result.outLines()).as("seed %d", SEED).contains("disagreements: 0");
    assertThat(counted(result, "resolved: ")).isGreaterThan(COUNT / 2);
    assertThat(counted(result, "mapped: ")).isBetween(COUNT / 2, COUNT - 1000);
  }

  private static int counted(JvmResult result, String label) {
    return result.outLines().stream()
        .filter(line -> line.startsWith(label))
        .mapToInt(line -> Integer.parseInt(line.substring(label.length())))
        .sum();
  }

  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void noSpellingOfAMappedAddressConnectsInPlainText(int version) throws Exception {
    try (Recorder ipv4 = new Recorder("127.0.0.2");
        Recorder ipv6 = new Recorder("::1")) {
      List<String> arguments = new ArrayList<>();
      String[] spellings = {
        "127.0.0.2", "127.2", "2130706434", "127.000.000.002", "0x7f.2", "[::ffff:127.0.0.2]"
      };
      for (String spelling : spellings) {
        arguments.add(attempt(arguments.size(), spelling, ipv4.port()));
      }
      for (String spelling : new String[] {"[::1]", "[::1%lo]", "[0:0:0:0:0:0:0:1%1]"}) {
        arguments.add(attempt(arguments.size(), spelling, ipv6.port()));
      }
      long dials = primary.count(Served.DIAL);

      JvmResult result =
          AgentOn.jvm(
                  Jvm.of(Jdk.require(version))
                      .classPath(Built.apps(), Built.newestDriver())
                      .main("apps.Connects", arguments.toArray(new String[0])),
                  alloyDb,
                  AgentOn.map("127.0.0.2:" + ipv4.port(), primary)
                      + ","
                      + AgentOn.map("[::1]:" + ipv6.port(), primary))
              .run()
              .checkSucceeded();

      assertThat(ipv4.connections() + ipv6.connections()).as(result.toString()).isZero();
      assertThat(result.outLines())
          .filteredOn(line -> line.matches("c\\d+: ok: app .*"))
          .as(result.toString())
          .hasSize(arguments.size());
      assertThat(primary.count(Served.DIAL)).isEqualTo(dials + arguments.size());
    }
  }

  /** Returns an argument of {@code apps.Connects}. */
  private static String attempt(int number, String host, int port) {
    return "c"
        + number
        + "=jdbc:postgresql://"
        + host
        + ":"
        + port
        + "/postgres?user=app&password=secret";
  }

  /**
   * Listens where an unprotected connection to a mapped host would arrive, and counts connections.
   */
  private static final class Recorder implements AutoCloseable {
    private final ServerSocket server;
    private final AtomicInteger connections = new AtomicInteger();
    private final Thread thread;

    Recorder(String address) throws IOException {
      server = new ServerSocket(0, 50, InetAddress.getByName(address));
      thread = new Thread(this::accept, "recorder of " + address);
      thread.start();
    }

    int port() {
      return server.getLocalPort();
    }

    int connections() {
      return connections.get();
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket socket = server.accept();
          connections.incrementAndGet();
          socket.close();
        } catch (IOException e) {
          // closed
        }
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
