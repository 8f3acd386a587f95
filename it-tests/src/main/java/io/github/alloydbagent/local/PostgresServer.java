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
 * A PostgreSQL server of its own. Over TCP it asks for passwords, by SCRAM or MD5 as each role's is
 * stored; over a Unix-domain socket in a directory that no other user can enter it asks for none,
 * which is how the server-side proxy lets in whom IAM has vouched for.
 */
final class PostgresServer implements AutoCloseable {
  /** The kinds of stored password, named as PostgreSQL's setting {@code password_encryption}. */
  enum PasswordKind {
    SCRAM("scram-sha-256"),
    MD5("md5");

    private final String setting;

    PasswordKind(String setting) {
      this.setting = setting;
    }
  }

  /** A role to be made, without a password if that is empty. */
  record Role(String name, String password, PasswordKind kind) {
    static Role withoutPassword(String name) {
      return new Role(name, "", PasswordKind.SCRAM);
    }
  }

  /** Where the binaries are unpacked, for several servers in turn; unset, each has its own. */
  private static final String BINARIES = "local.postgres.binaries";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
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

  /** Starts in a directory that is empty and private to this user. */
  PostgresServer(Path directory, List<Role> roles, Map<String, String> settings)
      throws IOException {
    data = directory.resolve("data");
    server = start(directory, data, settings);
    tcp = new InetSocketAddress(InetAddresses.forString("127.0.0.1"), server.getPort());
    unix = UnixDomainSocketAddress.of(directory.resolve(".s.PGSQL." + server.getPort()));
    try {
      // until here it trusted every local user, since only thus can it be waited for
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
      // else it makes a directory for everybody in the directory for temporary files, and leaves it
      System.setProperty("ot.epg.working-dir", binaries.toString());
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setOverrideWorkingDirectory(binaries.toFile())
              .setRegisterShutdownHook(false)
              .setPGStartupWait(PATIENCE)
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

  /** The server takes up its new rules some time after it was told to; connections tell when. */
  private void awaitPasswords() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      try (Connection trusted = DriverManager.getConnection(url() + "?user=postgres")) {
        trusted.getMetaData();
      } catch (SQLException asked) {
        return;
      }
    }
    throw new IOException(
        "PostgreSQL still asks for no password " + PATIENCE + " after it was told to");
  }

  /** The server itself, past the proxy. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
  }

  /** A connection past the proxy, as superuser. */
  Connection superuser() throws SQLException {
    return DriverManager.getConnection(url(), "postgres", password);
  }

  /** Lets it speak TLS with those who ask for that. */
  void useTls(IssuedCertificate certificate) throws IOException, SQLException {
    StringBuilder chain = new StringBuilder();
    certificate.chain().forEach(each -> chain.append(Pem.of(each)));
    Files.writeString(data.resolve("server.crt"), chain);
    Path key = data.resolve("server.key");
    // or the server refuses it
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, Pem.of("PRIVATE KEY", certificate.key().getEncoded()));
    try (Connection connection = superuser();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET ssl = on");
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  /** A connection that is asked for a password. */
  SocketChannel dial() throws IOException {
    return SocketChannel.open(tcp);
  }

  /** A connection that is asked for no password. */
  SocketChannel dialTrusted() throws IOException {
    return SocketChannel.open(unix);
  }

  /** Hands a cancel request on, and returns when the server has taken it. */
  void cancel(StartupPacket request) throws IOException {
    try (SocketChannel channel = dial()) {
      Pump.write(channel, request.bytes());
      while (channel.read(ByteBuffer.allocate(16)) >= 0) {
        // it says nothing, and hangs up
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
