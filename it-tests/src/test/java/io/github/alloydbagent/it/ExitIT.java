package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM exits promptly and silently when its application ends, whatever the agent is waiting for.
 */
@AlloyDbTest
class ExitIT {

  /** Time for a JVM to exit on a busy machine; a hanging JVM would take 20 s or more. */
  private static final long MAX_EXIT_SECONDS = 10;

  private static final int STATUS = 3;

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  @Test
  void exitsWhileTheAdminApiDoesNotRespond() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        RunningJvm jvm =
            exits(AgentOn.map("orders-db", primary))
                .environment(
                    "ALLOYDB_AGENT_API_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort())
                .start();
        Socket asked = silent.accept()) {
      assertThat(asked.isConnected()).isTrue();
      checkQuiet(exited(jvm), 1);
    }
  }

  @Test
  void exitsWhileTheServerDoesNotRespond() throws Exception {
    InetAddress address = InetAddress.getByName(primary.addresses().privateIp());
    try (ServerSocket silent = new ServerSocket(0, 50, address);
        RunningJvm jvm =
            exits(AgentOn.map("orders-db", primary) + "?server-port=" + silent.getLocalPort())
                .start();
        Socket connection = silent.accept()) {
      assertThat(connection.isConnected()).isTrue();
      checkQuiet(exited(jvm), 1);
    }
  }

  @Test
  void exitsWhileATunnelIsOpen() throws Exception {
    try (RunningJvm jvm = exits(AgentOn.map("orders-db", primary)).start()) {
      jvm.awaitOut("connected: true");
      checkQuiet(exited(jvm), 2);
    }
  }

  @Test
  void exitsOnASignalWhileATunnelIsOpenAndAnotherInstancesApiDoesNotRespond() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        RunningJvm jvm =
            exits(
                    AgentOn.map("orders-db", primary)
                        + ","
                        + AgentOn.map("other-db", primary)
                        + "?api-endpoint=http://127.0.0.1:"
                        + silent.getLocalPort())
                .start()) {
      jvm.awaitOut("connected: true");
      long start = System.nanoTime();
      assertThat(ProcessHandle.of(jvm.pid()).orElseThrow().destroy()).isTrue();
      JvmResult result = jvm.await();
      checkExitTime(start);
      assertThat(result.exit()).as("exit code after SIGTERM").isEqualTo(128 + 15);
      assertThat(result.errLines()).as(result.err()).hasSize(2);
    }
  }

  @Test
  void aRefusedAgentHasNoThreads() throws Exception {
    Path end = Files.createFile(directory.resolve("end"));

    JvmResult result =
        Jvm.chosen()
            .agent()
            .environment("ALLOYDB_INSTANCES", "orders-db=nonsense")
            .classPath(Built.apps())
            .main("apps.Idle", end.toString())
            .run()
            .checkSucceeded();

    assertThat(result.err()).contains("1 error in the AlloyDB Agent's settings");
    assertThat(result.outLines()).contains("thread: main, no daemon");
    assertThat(result.out()).doesNotContain("alloydb");
  }

  private Jvm exits(String instances) {
    return AgentOn.jvm(Jvm.chosen(), alloyDb, instances)
        .classPath(Built.apps(), Built.newestDriver())
        .main(
            "apps.Exits",
            "jdbc:postgresql://orders-db/postgres",
            "app",
            "secret",
            directory.resolve("end").toString(),
            String.valueOf(STATUS));
  }

  private JvmResult exited(RunningJvm jvm) throws Exception {
    long start = System.nanoTime();
    Files.createFile(directory.resolve("end"));
    JvmResult result = jvm.await();
    checkExitTime(start);
    return result;
  }

  private static void checkExitTime(long start) {
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
        .as("seconds until exit")
        .isLessThan(MAX_EXIT_SECONDS);
  }

  /**
   * @param lines the number of lines logged before: at the start, and at the first connection
   */
  private static void checkQuiet(JvmResult result, int lines) {
    assertThat(result.exit()).as(result.toString()).isEqualTo(STATUS);
    assertThat(result.errLines()).as(result.err()).hasSize(lines);
    assertThat(result.out()).doesNotContain("failed");
  }
}
