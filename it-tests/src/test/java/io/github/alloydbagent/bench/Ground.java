package io.github.alloydbagent.bench;

import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The AlloyDB simulator that all yardsticks use, and the servers in front of it. */
final class Ground implements AutoCloseable {
  static final String PLAIN = "plain";
  static final String NATIVE = "native TLS";
  static final String OFFICIAL = "official";
  static final String SIDECAR = "sidecar";
  static final String BARE = "bare";
  static final String AGENT = "agent";
  static final String WARM = "agent, warm tunnels";
  static final String IAM = "agent, IAM login";
  static final String LAZY = "agent, lazy";

  /** The ways that the targets refer to. */
  static final Set<String> TARGETED = Set.of(PLAIN, OFFICIAL, BARE, AGENT, WARM);

  private static final String HOST = "orders-db";

  private static final String USER = "app";
  private static final String PASSWORD = "secret";

  private final LocalAlloyDb alloyDb;
  private final LocalInstance primary;
  private final Path directory;
  private final @Nullable Sidecar sidecar;
  private final String sidecarName;

  /**
   * Starts the servers.
   *
   * @param directory an empty directory that only they use
   */
  Ground(Path directory) throws Exception {
    this.directory = directory;
    alloyDb = LocalAlloyDb.builder().instance("primary").user(USER, PASSWORD).start();
    try {
      primary = alloyDb.instance("primary");
      alloyDb.postgresTls();
      Path bare = Files.createDirectory(directory.resolve("bare"));
      PreparedCertificate.get(alloyDb, true).writeFor(alloyDb, primary, bare);
      Optional<Path> program = Sidecar.program();
      if (program.isPresent()) {
        Path own = Files.createDirectory(directory.resolve("sidecar"));
        PreparedCertificate.get(alloyDb, false).writePem(own);
        sidecar = new Sidecar(program.get(), own, primary);
        sidecarName = Sidecar.version(program.get());
      } else {
        sidecar = null;
        sidecarName = "";
      }
    } catch (Exception | Error e) {
      alloyDb.close();
      throw e;
    }
  }

  LocalAlloyDb alloyDb() {
    return alloyDb;
  }

  Passage.Seen seen() {
    return Passage.Seen.at(primary);
  }

  /** Returns all ways, beginning with the one that the others are compared with. */
  List<Yardstick> yardsticks() {
    List<Yardstick> all = new ArrayList<>();
    String direct = alloyDb.postgresUrl();
    all.add(
        direct(
            PLAIN,
            "pgjdbc directly to PostgreSQL, `sslmode=disable`",
            direct + "?sslmode=disable",
            Passage.DIRECT,
            "no TLS, no exchange"));
    all.add(
        direct(
            NATIVE,
            "pgjdbc directly to PostgreSQL, `sslmode=require`",
            direct + "?sslmode=require",
            Passage.DIRECT,
            "TLSv1\\.[23], no exchange"));
    all.add(official());
    if (sidecar != null) {
      all.add(
          direct(
              SIDECAR,
              sidecarName
                  + " on the application's machine, TLS 1.3 with a client certificate to the"
                  + " simulator, without the metadata exchange, which it does not support: a lower"
                  + " bound for the Auth Proxy",
              "jdbc:postgresql://127.0.0.1:" + sidecar.port() + "/postgres?sslmode=disable",
              Passage.FORWARDED,
              "no TLS, no exchange"));
    }
    all.add(
        new Yardstick(
            BARE,
            "a `socketFactory` that does only a resumed TLS 1.3 handshake and the metadata exchange,"
                + " with everything else prepared in files: a lower bound for a Java client",
            "jdbc:postgresql://unused.invalid/postgres?sslmode=disable"
                + "&socketFactory=apps.BareTunnels",
            USER,
            PASSWORD,
            Passage.TUNNELLED,
            "no TLS, DB_NATIVE",
            true,
            jvm -> jvm.property("bench.bare", directory.resolve("bare").toString())));
    all.add(agent(AGENT, "this project", "", USER, PASSWORD, Passage.TUNNELLED, true));
    all.add(
        agent(
            WARM,
            "with `warm-tunnels=2`",
            "?warm-tunnels=2",
            USER,
            PASSWORD,
            Passage.TUNNELLED_AHEAD,
            false));
    all.add(
        agent(
            IAM,
            "with `enable-iam-auth=true`: the database does not ask for a password",
            "?enable-iam-auth=true",
            alloyDb.account().email().replace(".gserviceaccount.com", ""),
            "-",
            Passage.TUNNELLED,
            false));
    all.add(
        agent(
            LAZY,
            "with `refresh-strategy=LAZY`",
            "?refresh-strategy=LAZY",
            USER,
            PASSWORD,
            Passage.TUNNELLED,
            false));
    return all;
  }

  private static Yardstick direct(
      String name, String what, String url, Passage passage, String way) {
    return new Yardstick(name, what, url, USER, PASSWORD, passage, way, true, jvm -> {});
  }

  private Yardstick official() {
    List<Path> classPath = Built.tool("official-connector");
    String version =
        classPath.stream()
            .map(jar -> jar.getFileName().toString())
            .filter(jar -> jar.startsWith("alloydb-jdbc-connector-"))
            .map(jar -> jar.replaceAll("^\\D+-|\\.jar$", ""))
            .findFirst()
            .orElseThrow();
    return new Yardstick(
        OFFICIAL,
        "Google's AlloyDB Java connector " + version + ", through the gRPC Admin API",
        "jdbc:postgresql:///postgres?socketFactory=com.google.cloud.alloydb.SocketFactory"
            + "&alloydbInstanceName="
            + primary.name()
            + "&alloydbAdminServiceEndpoint="
            + alloyDb.grpcEndpoint(),
        USER,
        PASSWORD,
        Passage.TUNNELLED,
        "no TLS, DB_NATIVE",
        true,
        jvm -> {
          try {
            jvm.property("javax.net.ssl.trustStore", alloyDb.endpointTrustStore().toString())
                .property("javax.net.ssl.trustStoreType", "JKS")
                .environment(alloyDb.environment())
                .classPath(classPath);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private Yardstick agent(
      String name,
      String what,
      String overrides,
      String user,
      String password,
      Passage passage,
      boolean isBulk) {
    return new Yardstick(
        name,
        what,
        "jdbc:postgresql://" + HOST + "/postgres?sslmode=disable",
        user,
        password,
        passage,
        "no TLS, " + (password.equals("-") ? "AUTO_IAM" : "DB_NATIVE"),
        isBulk,
        mapped(overrides));
  }

  /** Adds the agent with a mapped host. */
  Consumer<Jvm> mapped(String overrides) {
    return jvm -> AgentOn.jvm(jvm, alloyDb, AgentOn.map(HOST, primary) + overrides);
  }

  @Override
  public void close() {
    try {
      if (sidecar != null) {
        sidecar.close();
      }
    } finally {
      alloyDb.close();
    }
  }
}
