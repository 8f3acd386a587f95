package io.github.alloydbagent.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.bootstrap.DriverGate;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams with shapes that no driver has had so far. */
class UnknownShapeTest {

  private static final String SPEC =
      """
      public class HostSpec {
        private final String host;
        private final int port;
        public HostSpec(String host, int port) { this.host = host; this.port = port; }
        public String getHost() { return host; }
        public int getPort() { return port; }
        static SocketFactory factory() { return null; }
      }
      """;

  private final List<String> warnings = new ArrayList<>();
  private final List<String> details = new ArrayList<>();
  private final DriverNotices notices = new DriverNotices(warnings::add, details::add);
  private final FakeConnections connections = new FakeConnections(1);

  @TempDir private Path directory;

  @BeforeEach
  void bridge() {
    TestBridge.open(new DriverHooks(connections, notices, () -> {}));
  }

  @AfterEach
  void noBridge() {
    TestBridge.close();
  }

  @Test
  void refusesAMappedHostAndLogsIt() throws Exception {
    Class<?> stream =
        stream("public PGStream(HostSpec host, long timeout, byte b, double d, boolean s) {}");

    assertThatThrownBy(() -> make(stream, "alias.invalid"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "AlloyDB Agent: AAJ-701: refused a connection to the mapped host alias.invalid:5432: the driver's"
                + " class org.postgresql.core.PGStream from junit")
        .hasMessageEndingWith(
            " opens connections in a way that this agent does not support, and they would not be"
                + " protected. Use another version of the driver, or a newer agent.");
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("AAJ-701: Driver org.postgresql.core.PGStream from junit")
        .contains(
            "opens connections in a way that this agent does not support (constructor"
                + " (Lorg/postgresql/core/HostSpec;JBDZ)V). Such connections to mapped hosts");
  }

  @Test
  void connectsToAnUnmappedHost() throws Throwable {
    Class<?> stream =
        stream("public PGStream(HostSpec host, long timeout, byte b, double d, boolean s) {}");
    assertThat(make(stream, "db.example")).isInstanceOf(stream);
  }

  @Test
  void logsNothingDuringClassLoading() throws Exception {
    stream("public PGStream(HostSpec host, long timeout, byte b, double d, boolean s) {}");
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // known parameters, but another source of sockets
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception { Opener.open(h); }",
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception {"
            + " s = f == null ? new Socket(h.getHost(), h.getPort()) : f.createSocket(); }",
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception {"
            + " f.createSocket(); java.nio.channels.SocketChannel.open(); }",
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception {"
            + " f = SocketFactory.getDefault(); s = f.createSocket(); }",
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception {"
            + " f = HostSpec.factory(); s = f.createSocket(); }",
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception {"
            + " s = f.createSocket(); } Socket again() { return new Socket(); }",
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception {"
            + " s = f.createSocket(); } PGStream(PGStream p) { s = new Socket(); }",
        "public PGStream(SocketFactory f, HostSpec h, String t) throws Exception {"
            + " s = f.createSocket(); }",
        "public PGStream(HostSpec h, int t) throws Exception {"
            + " s = new Socket(h.getHost(), h.getPort()); }",
        "public PGStream(HostSpec h) throws Exception { s = new Socket(); s = new Socket();"
            + " s.connect(new java.net.InetSocketAddress(h.getHost(), h.getPort())); }",
        "public PGStream(HostSpec h) throws Exception { s = new Socket(java.net.Proxy.NO_PROXY);"
            + " s.connect(new java.net.InetSocketAddress(h.getHost(), h.getPort())); }",
        "public PGStream(HostSpec h) throws Exception { h = new HostSpec(\"x\", 1);"
            + " s = new Socket();"
            + " s.connect(new java.net.InetSocketAddress(h.getHost(), h.getPort())); }",
        "public PGStream(String h, int p) throws Exception { Opener.open(new HostSpec(h, p)); }",
        "public PGStream(String url) {}",
        "public PGStream(String host, Integer port) {}",
        "public PGStream(java.net.InetSocketAddress address) {}",
        "public PGStream() {}"
      })
  void refusesOtherWaysOfOpeningASocket(String constructor) throws Exception {
    Class<?> stream = stream(constructor);
    assertThatThrownBy(() -> make(stream, "alias.invalid"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("AlloyDB Agent: AAJ-701: refused a connection to ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public PGStream(String host, Integer port) {}",
        "public PGStream(HostSpec host, String other) {}",
        "public PGStream(HostSpec host, HostSpec other) {}",
        "public PGStream(java.net.InetSocketAddress address) {}",
        "public PGStream() {}"
      })
  void refusesAllHostsIfTheParametersDoNotShowTheHost(String constructor) throws Exception {
    Class<?> stream = stream(constructor);
    assertThatThrownBy(() -> make(stream, "db.example"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "AlloyDB Agent: AAJ-701: refused a connection to an unknown host: ");
    assertThat(warnings).singleElement().asString().contains("All connections");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public PGStream(long l, HostSpec host, SocketFactory f) {}",
        "public PGStream(HostSpec host, int a, int b, int c) {}"
      })
  void findsTheHostAmongOtherParameters(String constructor) throws Throwable {
    Class<?> stream = stream(constructor);
    assertThat(make(stream, "db.example")).isInstanceOf(stream);
    assertThatThrownBy(() -> make(stream, "alias.invalid"))
        .hasMessageContaining("the mapped host alias.invalid:5432");
  }

  /** Applications relocate drivers to any package. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "public PGStream(SocketFactory f, HostSpec h, int t) throws Exception {"
            + " s = f.createSocket(); }",
        "public PGStream(String h, int p) throws Exception { s = new Socket(h, p); }",
        "public PGStream(Object later) {} public void sendInteger4(int value) {}",
        "public PGStream(Object later) {} public int receiveInteger4() { return 0; }",
        "public PGStream(Object later) {} public void SendInteger(int value, int size) {}"
      })
  void weavesASimilarStreamInAnUnknownPackage(String members) throws Exception {
    compile(members);
    assertThat(transformIn("com/acme/pgdriver")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public PGStream(Object other) {}",
        "public PGStream(Object other) throws Exception { s.connect(null); }",
        "public PGStream(Object other) {} public void sendInteger(int value) {}",
        "public PGStream(SocketFactory f) throws Exception { s = f.createSocket(); }"
      })
  void leavesAnotherProductsStreamUnchanged(String members) throws Exception {
    compile(members);
    assertThat(transformIn("com/acme/graphics")).isNull();
    assertThat(transformIn("org/postgresql")).isNotNull();
  }

  @Test
  void leavesAStreamWithoutSocketsUnchanged() throws Exception {
    compileAs(
        "public class PGStream { public PGStream(String h, int p) {}"
            + " public void sendInteger4(int value) {} }");
    assertThat(transformIn("com/acme/graphics")).isNull();
  }

  @Test
  void weavesEveryStreamInAConfiguredPackage() throws Exception {
    compile("public PGStream(Object other) {}");
    DriverWeaver weaver = new DriverWeaver(notices, new DriverPackages(List.of(" com.acme.pg ")));
    byte[] file = Files.readAllBytes(classFile());
    assertThat(weaver.transform(null, "com/acme/pg/core/PGStream", null, null, file)).isNotNull();
    assertThat(weaver.transform(null, "x/com/acme/pg/core/PGStream", null, null, file)).isNotNull();
    assertThat(weaver.transform(null, "xcom/acme/pg/core/PGStream", null, null, file)).isNull();
  }

  @Test
  void leavesAnotherProductsClassUnchanged() throws Exception {
    compile("public PGStream(String url) {}");
    byte[] anyClass = Files.readAllBytes(classFile());
    assertThat(
            new DriverWeaver(notices, new DriverPackages(List.of()))
                .transform(null, "com/acme/core/QueryExecutorBase", null, null, anyClass))
        .isNull();
  }

  @Test
  void weavesClassFilesNewerThanTheAgent() throws Exception {
    compile("public PGStream(String url) {}");
    byte[] newest = Files.readAllBytes(classFile());
    newest[7] = 90;
    byte[] woven =
        new DriverWeaver(notices, new DriverPackages(List.of()))
            .transform(null, "com/edb/core/PGStream", null, null, newest);
    assertThat(woven[7]).isEqualTo((byte) 90);
    assertThat(woven).hasSizeGreaterThan(newest.length);
  }

  @Test
  void throwsForAnInvalidClassFile() {
    DriverWeaver weaver = new DriverWeaver(notices, new DriverPackages(List.of()));
    assertThatThrownBy(
            () -> weaver.transform(null, "com/edb/core/PGStream", null, null, new byte[] {1, 2, 3}))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void leavesAnUnreadableNegotiationUnchangedWithAWarning() {
    DriverWeaver weaver = new DriverWeaver(notices, new DriverPackages(List.of()));
    byte[] woven =
        weaver.transform(null, "a/core/v3/ConnectionFactoryImpl", null, null, new byte[] {1, 2, 3});
    assertThat(woven).isNull();
    notices.logAll();
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("AAJ-707: The driver's class a.core.v3.ConnectionFactoryImpl")
        .contains("sslmode=disable");
  }

  @Test
  void acceptsADriverWithoutAKnownNegotiation() throws Exception {
    compile("public PGStream(String url) {}");
    byte[] anyClass = Files.readAllBytes(classFile());
    assertThat(
            new DriverWeaver(notices, new DriverPackages(List.of()))
                .transform(null, "a/core/v3/ConnectionFactoryImpl", null, null, anyClass))
        .isNull();
    notices.logAll();
    assertThat(warnings).isEmpty();
    assertThat(details).singleElement().asString().endsWith("encryption woven: 0");
  }

  /** Passes a value of its type for each parameter. */
  private static Object make(Class<?> stream, String host) throws Throwable {
    var constructor = stream.getConstructors()[0];
    Object[] arguments = new Object[constructor.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      Class<?> type = constructor.getParameterTypes()[i];
      if (type == int.class || type == Integer.class) {
        arguments[i] = 5432;
      } else if (type == long.class) {
        arguments[i] = 1L;
      } else if (type == byte.class) {
        arguments[i] = (byte) 1;
      } else if (type == double.class) {
        arguments[i] = 1.0;
      } else if (type == boolean.class) {
        arguments[i] = true;
      } else if (type == String.class) {
        arguments[i] = host;
      } else if (type == InetSocketAddress.class) {
        arguments[i] = InetSocketAddress.createUnresolved(host, 5432);
      } else if (type.getSimpleName().equals("HostSpec")) {
        arguments[i] = type.getConstructors()[0].newInstance(host, 5432);
      } else {
        arguments[i] = javax.net.SocketFactory.getDefault();
      }
    }
    return construct(stream, arguments);
  }

  private static Object construct(Class<?> stream, Object... arguments) throws Throwable {
    try {
      return stream.getConstructors()[0].newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private Class<?> stream(String members) throws Exception {
    compile(members);
    return new WeavingLoader(
            directory.toFile(),
            new DriverGate(() -> new DriverWeaver(notices, new DriverPackages(List.of()))))
        .loadClass("org.postgresql.core.PGStream");
  }

  private byte[] transformIn(String root) throws IOException {
    return new DriverWeaver(notices, new DriverPackages(List.of()))
        .transform(null, root + "/core/PGStream", null, null, Files.readAllBytes(classFile()));
  }

  private Path classFile() {
    return directory.resolve("org/postgresql/core/PGStream.class");
  }

  private void compile(String members) {
    compileAs("public class PGStream { Socket s; " + members + " }");
  }

  private void compileAs(String streamClass) {
    String head = "package org.postgresql.core; import java.net.Socket; import javax.net.*; ";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    boolean compiled =
        compiler
            .getTask(
                null,
                null,
                null,
                List.of("--release", "8", "-Xlint:-options", "-d", directory.toString()),
                null,
                List.of(
                    source("HostSpec", head + SPEC),
                    source(
                        "Opener",
                        head
                            + "class Opener { static void open(HostSpec host) { new Socket(); } }"),
                    source("PGStream", head + streamClass)))
            .call();
    assertThat(compiled).isTrue();
  }

  private static JavaFileObject source(String name, String code) {
    return new SimpleJavaFileObject(
        URI.create("string:///org/postgresql/core/" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return code;
      }
    };
  }
}
