package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.postgres.IamLogin;
import io.github.alloydbagent.tunnel.postgres.PostgresError;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The response of PostgreSQL to a startup message sent through a tunnel. This is as far as a client
 * can get without a password; the probe sends no password.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">messages</a>
 */
public final class PostgresProbe {
  private static final int PROTOCOL_3 = 3 << 16;
  private static final int MAX_BODY_BYTES = 1 << 16;

  /** Prefix of the SQLSTATEs of class 28, invalid authorization specification. */
  private static final String INVALID_AUTHORIZATION_PREFIX = "[28";

  private final boolean isSuccessful;
  private final String description;

  private PostgresProbe(boolean isSuccessful, String description) {
    this.isSuccessful = isSuccessful;
    this.description = description;
  }

  /** Returns false if an application would not get further, whatever its password. */
  public boolean isSuccessful() {
    return isSuccessful;
  }

  /**
   * Returns a description for users: the authentication that the server requests, or its error with
   * a remedy.
   */
  public String description() {
    return description;
  }

  /**
   * Sends the startup message and ends the session; the caller closes the tunnel.
   *
   * @param host for messages
   * @param requestedUser the database user, or null for the user of the IAM login, or {@code
   *     postgres} if there is none
   * @throws IOException if there is no valid PostgreSQL response before the deadline
   */
  public static PostgresProbe of(
      Socket tunnel,
      String host,
      Target target,
      @Nullable String requestedUser,
      String database,
      Deadline deadline,
      Log log)
      throws IOException {
    boolean usesIam = target.settings().enableIamAuth();
    IamLogin login = usesIam ? target.iamLogin(host, log) : null;
    String user = login == null ? requestedUser : firstNonNull(requestedUser, login.user());
    user = firstNonNull(user, usesIam ? target.identity().databaseUser() : null);
    user = user == null ? "postgres" : user;
    String response = authenticationRequest(tunnel, user, database, deadline);
    String asUser = " for user \"" + user + "\"";
    if (response.isEmpty()) {
      return new PostgresProbe(true, "requests no password" + asUser);
    }
    boolean isError = response.startsWith("[");
    if (login != null) {
      return new PostgresProbe(
          false,
          (isError
                  ? "PostgreSQL responded: " + response
                  : "the server asks for a password ("
                      + response
                      + "), although enable-iam-auth is set")
              + ". "
              + login.advice(user));
    }
    if (!isError) {
      return new PostgresProbe(true, "requests a password (" + response + ")" + asUser);
    }
    // the user may be the default, which the server need not know
    return response.startsWith(INVALID_AUTHORIZATION_PREFIX)
        ? new PostgresProbe(true, "responds" + asUser + ": " + response)
        : new PostgresProbe(
            false,
            "PostgreSQL responded: "
                + response
                + ". The tunnel works; the problem is in"
                + " the server.");
  }

  private static @Nullable String firstNonNull(@Nullable String one, @Nullable String other) {
    return one == null ? other : one;
  }

  /**
   * Returns an empty string if no password is needed, an error that starts with its SQLSTATE in
   * brackets, or the requested authentication.
   */
  private static String authenticationRequest(
      Socket tunnel, String user, String database, Deadline deadline) throws IOException {
    OutputStream out = tunnel.getOutputStream();
    out.write(startupMessage(user, database));
    out.flush();
    Reader in = new Reader(tunnel, deadline);
    byte[] header = new byte[4];
    for (int i = 0; i < 4; i++) {
      header[i] = (byte) in.next();
    }
    if (header[0] == 'E') {
      return PostgresError.readWithState(header, tunnel.getInputStream());
    }
    int length =
        ((header[1] & 0xff) << 24 | (header[2] & 0xff) << 16 | (header[3] & 0xff) << 8 | in.next())
            - 4;
    if (header[0] != 'R' || length < 4 || length > MAX_BODY_BYTES) {
      throw new IOException("the first response is not PostgreSQL's");
    }
    byte[] body = new byte[length];
    for (int i = 0; i < length; i++) {
      body[i] = (byte) in.next();
    }
    out.write(new byte[] {'X', 0, 0, 0, 4});
    out.flush();
    return authenticationRequest(ByteBuffer.wrap(body).getInt(), body);
  }

  private static String authenticationRequest(int method, byte[] body) {
    switch (method) {
      case 0:
        return "";
      case 3:
        return "in clear text";
      case 5:
        return "MD5";
      case 10:
        return new String(body, 4, body.length - 4, StandardCharsets.US_ASCII)
            .replaceAll("[^A-Za-z0-9-]+", " ")
            .trim();
      default:
        return "authentication method " + method;
    }
  }

  private static byte[] startupMessage(String user, String database) {
    byte[] text =
        ("user\0" + user + "\0database\0" + database + "\0\0").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length)
        .putInt(8 + text.length)
        .putInt(PROTOCOL_3)
        .put(text)
        .array();
  }

  /** Reads bytes until the deadline. */
  private static final class Reader {
    private final Socket tunnel;
    private final InputStream in;
    private final Deadline deadline;

    Reader(Socket tunnel, Deadline deadline) throws IOException {
      this.tunnel = tunnel;
      this.in = tunnel.getInputStream();
      this.deadline = deadline;
    }

    int next() throws IOException {
      long remainingMillis = deadline.remainingMillis();
      if (remainingMillis == 0) {
        throw new SocketTimeoutException("no response within " + deadline.totalMillis() + " ms");
      }
      tunnel.setSoTimeout((int) remainingMillis);
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the server closed the connection without a complete response");
      }
      return next;
    }
  }
}
