package io.github.alloydbagent.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.core.connections.MappedConnections;
import io.github.alloydbagent.core.connections.RuntimeHolder;
import io.github.alloydbagent.core.connections.TestCore;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts the agent on virtual time; its workers run nothing unless a test lets them. */
@Timeout(60)
class AgentStartupTest {
  @TempDir private Path directory;

  private final VirtualTime time = new VirtualTime();
  private final Queue<Runnable> background = new ArrayDeque<>();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Log log = new Log(LogLevel.DEBUG, new PrintStream(said, true, UTF_8));
  private final RuntimeHolder runtime = new RuntimeHolder();

  /** What the next starts of threads, and the next calls of the timer, throw. */
  private final Queue<Throwable> threadFailures = new ArrayDeque<>();

  private final Queue<Throwable> timerFailures = new ArrayDeque<>();
  private final List<AgentThreads> started = new ArrayList<>();
  private final AtomicInteger scheduled = new AtomicInteger();
  private File jar;
  private MappedConnections connections;

  @BeforeEach
  void createJar() throws IOException {
    jar = Files.createFile(directory.resolve("agent.jar")).toFile();
  }

  /** Fails as often as the tests request, then starts threads that run on virtual time. */
  private class TestStartup extends AgentStartup {
    TestStartup(Settings settings) {
      super(
          settings,
          SettingsLoader.ofThisJvm("config-file=" + settings.file(), jar),
          jar,
          "1.2",
          log,
          connections,
          new DriverRepair(all -> List.of(), log),
          runtime);
    }

    @Override
    AgentThreads startThreads() {
      throwNext(threadFailures);
      AgentThreads threads = new AgentThreads(timer(), background::add);
      started.add(threads);
      return threads;
    }
  }

  private static void throwNext(Queue<Throwable> failures) {
    Throwable failure = failures.poll();
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private ScheduledExecutorService timer() {
    return (ScheduledExecutorService)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ScheduledExecutorService.class},
            (proxy, method, arguments) -> {
              scheduled.incrementAndGet();
              throwNext(timerFailures);
              try {
                return method.invoke(time.timer(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Settings settings(String... lines) throws Exception {
    Path file = directory.resolve("settings");
    List<String> all = new ArrayList<>(List.of(lines));
    all.add("access-token=ya29.token");
    Files.write(file, all);
    return SettingsLoader.ofThisJvm("config-file=" + file, jar).call();
  }

  private Settings lazy(String... lines) throws Exception {
    List<String> all = new ArrayList<>(List.of(lines));
    all.add("refresh-strategy=LAZY");
    all.add("instances=orders-db=" + TestCore.BLUE);
    return settings(all.toArray(new String[0]));
  }

  private AgentStartup startup(Settings settings) {
    connections = new MappedConnections(settings, runtime, Clock.SYSTEM, log);
    return new TestStartup(settings);
  }

  private String said() {
    return said.toString(UTF_8);
  }

  private void runBackground() {
    for (Runnable next = background.poll(); next != null; next = background.poll()) {
      next.run();
    }
  }

  @Test
  void completesTheRuntimeOfMappedHosts() throws Exception {
    startup(lazy()).run();
    assertThat(TestCore.instances(runtime.runtime().targets())).containsExactly(TestCore.BLUE);
    assertThat(connections.route("orders-db", 5432, 1_000)).isNotNull();
    assertThat(connections.route("other-db", 5432, 1_000)).isNull();
  }

  @Test
  void startsFetchingBeforeAConnectionNeedsIt() throws Exception {
    startup(settings("instances=orders-db=" + TestCore.BLUE)).run();
    assertThat(said()).contains("first token").contains("login token");
    time.settle();
    assertThat(background).as("the key pair, tokens").hasSizeGreaterThan(1);
  }

  @Test
  void fetchesNothingInAdvanceIfRefreshesAreLazy() throws Exception {
    startup(lazy()).run();
    time.settle();
    assertThat(background).as("the key pair").hasSize(1);
    assertThat(said()).doesNotContain("token");
  }

  @Test
  void startsToListDiscoveredProjects() throws Exception {
    startup(settings("discover=projects/p")).run();
    time.settle();
    assertThat(background).as("the key pair and a token for the list").hasSize(2);
    assertThatThrownBy(() -> connections.route("10.0.0.1", 5432, 1))
        .as("not listed yet")
        .isInstanceOf(IOException.class);
  }

  /** The jar may be replaced or deleted while the JVM runs. */
  @Test
  void startsWithoutItsJar() throws Exception {
    Settings settings = lazy();
    assertThat(jar.delete()).isTrue();
    startup(settings).run();
    assertThat(runtime.runtime()).isNotNull();
    assertThat(said()).doesNotContain("WARN");
  }

  @Test
  void theNextAttemptStartsThreadsThatCouldNotBeStarted() throws Exception {
    AgentStartup startup = startup(lazy());
    threadFailures.add(new OutOfMemoryError("unable to create native thread"));
    assertThatThrownBy(startup::run).hasMessage("unable to create native thread");
    assertThat(runtime.runtime()).isNull();
    assertThat(openDescriptors()).isZero();

    startup.run();
    assertThat(runtime.runtime()).isNotNull();
    assertThat(started).hasSize(1);
    assertThat(openDescriptors()).isZero();
  }

  @Test
  void anAttemptStartsAgainFromTheBeginning() throws Exception {
    AgentStartup startup = startup(lazy());
    timerFailures.add(new OutOfMemoryError("Java heap space"));
    assertThatThrownBy(startup::run).hasMessage("Java heap space");
    assertThat(runtime.runtime()).isNull();
    assertThat(openDescriptors()).isZero();
    startup.run();
    assertThat(started).hasSize(2);
    assertThat(runtime.runtime()).isNotNull();
  }

  @Test
  void endsTheThreadsOfAFailedAttempt() throws Exception {
    Settings settings = lazy();
    connections = new MappedConnections(settings, runtime, Clock.SYSTEM, log);
    AgentStartup startup =
        new TestStartup(settings) {
          @Override
          AgentThreads startThreads() {
            AgentThreads threads = AgentThreads.start(log);
            threads.timer().shutdownNow(); // it rejects the first task
            started.add(threads);
            return threads;
          }
        };
    assertThatThrownBy(startup::run).isInstanceOf(RuntimeException.class);
    assertThat(started).hasSize(1);
    assertThat(((ExecutorService) started.get(0).lookUps()).isShutdown()).isTrue();
  }

  @Test
  void triesAgainImmediatelyIfFileDescriptorsWereExhausted() throws Exception {
    for (int i = 0; i < 4; i++) {
      timerFailures.add(new InternalError("Too many open files"));
    }
    startup(lazy()).run();
    assertThat(runtime.runtime()).isNotNull();
    assertThat(started).hasSize(5);
  }

  @Test
  void leavesAContinuedShortageToTheNextAttempt() throws Exception {
    for (int i = 0; i < 5; i++) {
      timerFailures.add(new InternalError("Too many open files"));
    }
    AgentStartup startup = startup(lazy());
    assertThatThrownBy(startup::run).hasMessage("Too many open files");
    assertThat(started).hasSize(5);
    assertThat(openDescriptors()).isZero();
    startup.run();
    assertThat(runtime.runtime()).isNotNull();
  }

  /** Returns how many of this process's file descriptors are open on the jar. */
  private long openDescriptors() throws IOException {
    Path mine = Path.of("/proc/self/fd");
    if (!Files.exists(mine)) {
      return 0; // not on Linux
    }
    try (Stream<Path> all = Files.list(mine)) {
      return all.filter(
              descriptor -> {
                try {
                  return Files.readSymbolicLink(descriptor).equals(jar.toPath());
                } catch (IOException e) {
                  return false; // closed meanwhile
                }
              })
          .count();
    }
  }

  @Test
  void theHttpPortAnswers() throws Exception {
    int port = freePort();
    startup(lazy("http-port=" + port)).run();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write("GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 200")
          .contains(TestCore.BLUE);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  @Test
  void startsWithoutAnHttpPortThatIsInUse() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      startup(lazy("http-port=" + other.getLocalPort())).run();
      assertThat(said())
          .contains("WARN alloydb-agent: " + ErrorCode.HTTP_PORT_FAILED)
          .contains("http-port " + other.getLocalPort());
    }
    assertThat(runtime.runtime()).isNotNull();
  }

  @Test
  void whatConnectionsDoNotNeedIsStartedOnceEach() throws Exception {
    AgentStartup startup = startup(lazy("http-port=" + freePort()));
    failSchedulingAfter(1, new OutOfMemoryError("Java heap space"));
    assertThatThrownBy(startup::run).hasMessage("Java heap space");
    assertThat(runtime.runtime()).as("connections are possible").isNotNull();
    int before = scheduled.get();

    startup.run();
    assertThat(scheduled.get() - before).as("only what failed").isEqualTo(1);
    assertThat(started).hasSize(1);
    assertThat(said().split("HTTP: listening", -1)).hasSize(2);
    assertThat(time.periodic()).as("drivers, JMX, settings").isEqualTo(3);
  }

  private void failSchedulingAfter(int calls, Throwable failure) {
    for (int i = 0; i < calls; i++) {
      timerFailures.add(new Throwable("accepted")); // not thrown
    }
    timerFailures.add(failure);
  }

  @Test
  void followsChangesOfTheSettings() throws Exception {
    startup(lazy()).run();
    runBackground();
    Files.writeString(
        directory.resolve("settings"),
        "access-token=ya29.token\nrefresh-strategy=LAZY\ninstances=other-db=" + TestCore.GREEN);
    for (int i = 0; i < 3; i++) {
      time.advance(2_000);
      runBackground();
    }
    assertThat(TestCore.instances(runtime.runtime().targets())).containsExactly(TestCore.GREEN);
    assertThat(connections.route("other-db", 5432, 1_000)).isNotNull();
  }

  @Test
  void warnsOfAJarThatEveryoneCanReplace() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(jar.toPath(), PosixFilePermissions.fromString("rw-rw-rw-"));
    startup(lazy()).run();
    assertThat(said()).contains("WARN alloydb-agent: " + ErrorCode.FILE_EXPOSED).contains("jar");
  }
}
