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
 * What PostgreSQL answers at the end of a tunnel to a startup message, which is as far as one comes
 * without a password. None is sent.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">messages</a>
 */
public final class PostgresProbe {
  private static final int PROTOCOL_3 = 3 << 16;
  private static final int MOST = 1 << 16;

  /** SQLSTATEs of an authorization that is not valid: class 28. */
  private static final String NOT_LET_IN = "[28";

  private final boolean good;
  private final String words;

  private PostgresProbe(boolean good, String words) {
    this.good = good;
    this.words = words;
  }

  /** False if an application would not get further, whatever its password. */
  public boolean isGood() {
    return good;
  }

  /** For people: what the server asks for, or its error and what to do about it. */
  public String words() {
    return words;
  }

  /**
   * Asks, and ends the session; the caller closes the tunnel.
   *
   * @param host for messages
   * @param wanted the database user; null for the one of an IAM login, or else {@code postgres}
   * @throws IOException if there is no answer by the deadline, or none of PostgreSQL's
   */
  public static PostgresProbe of(
      Socket tunnel,
      String host,
      Target target,
      @Nullable String wanted,
      String database,
      Deadline deadline,
      Log log)
      throws IOException {
    boolean iam = target.settings().enableIamAuth();
    IamLogin login = iam ? target.iamLogin(host, log) : null;
    String user = login == null ? wanted : first(wanted, login.user());
    user = first(user, iam ? target.identity().databaseUser() : null);
    user = user == null ? "postgres" : user;
    String answer = asked(tunnel, user, database, deadline);
    String asUser = " as user \"" + user + "\"";
    if (answer.isEmpty()) {
      return new PostgresProbe(true, "lets in without a password" + asUser);
    }
    boolean error = answer.startsWith("[");
    if (login != null) {
      return new PostgresProbe(
          false,
          (error
                  ? "PostgreSQL answers " + answer
                  : "the server asks for a password ("
                      + answer
                      + "), although enable-iam-auth is set")
              + ". "
              + login.advice(user));
    }
    if (!error) {
      return new PostgresProbe(true, "asks for a password (" + answer + ")" + asUser);
    }
    // of a user that was made up, a server may well think nothing
    return answer.startsWith(NOT_LET_IN)
        ? new PostgresProbe(true, "answers" + asUser + ": " + answer)
        : new PostgresProbe(
            false, "PostgreSQL answers " + answer + ". The tunnel stands; see to the server.");
  }

  private static @Nullable String first(@Nullable String one, @Nullable String other) {
    return one == null ? other : one;
  }

  /** Empty for no password, an error with its SQLSTATE in brackets first, or what is asked for. */
  private static String asked(Socket tunnel, String user, String database, Deadline deadline)
      throws IOException {
    OutputStream out = tunnel.getOutputStream();
    out.write(startup(user, database));
    out.flush();
    Reader in = new Reader(tunnel, deadline);
    byte[] header = new byte[4];
    for (int i = 0; i < 4; i++) {
      header[i] = (byte) in.next();
    }
    if (header[0] == 'E') {
      return PostgresError.said(header, tunnel.getInputStream());
    }
    int length =
        ((header[1] & 0xff) << 24 | (header[2] & 0xff) << 16 | (header[3] & 0xff) << 8 | in.next())
            - 4;
    if (header[0] != 'R' || length < 4 || length > MOST) {
      throw new IOException("the first answer is none of PostgreSQL's");
    }
    byte[] body = new byte[length];
    for (int i = 0; i < length; i++) {
      body[i] = (byte) in.next();
    }
    out.write(new byte[] {'X', 0, 0, 0, 4});
    out.flush();
    return asked(ByteBuffer.wrap(body).getInt(), body);
  }

  private static String asked(int kind, byte[] body) {
    switch (kind) {
      case 0:
        return "";
      case 3:
        return "in clear";
      case 5:
        return "MD5";
      case 10:
        return new String(body, 4, body.length - 4, StandardCharsets.US_ASCII)
            .replaceAll("[^A-Za-z0-9-]+", " ")
            .trim();
      default:
        return "authentication of kind " + kind;
    }
  }

  private static byte[] startup(String user, String database) {
    byte[] text =
        ("user\0" + user + "\0database\0" + database + "\0\0").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length)
        .putInt(8 + text.length)
        .putInt(PROTOCOL_3)
        .put(text)
        .array();
  }

  /** Reads bytes, and none past the deadline. */
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
      long left = deadline.remainingMillis();
      if (left == 0) {
        throw new SocketTimeoutException("no answer within " + deadline.totalMillis() + " ms");
      }
      tunnel.setSoTimeout((int) left);
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the server closed the connection without a whole answer");
      }
      return next;
    }
  }
}
