package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.crypto.UntrustedServerException;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.tunnel.metadata.MetadataExchange;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;

/** The code of a failure and the remedy for it, based on its stage and cause. */
final class FailureHints {

  private FailureHints() {}

  /** Returns the remedy for a failed stage; empty if the cause's message already contains it. */
  static Hint forFailure(DialAttempt dial, Throwable cause) {
    if (cause instanceof NoAddress) {
      return new Hint(ErrorCode.NO_ADDRESS, "");
    }
    String limit = ExceptionMessages.fileLimitHint(cause);
    if (!limit.isEmpty()) {
      // the messages of earlier stages already contain the hint
      return new Hint(
          ErrorCode.NO_FILE_DESCRIPTORS,
          String.valueOf(cause.getMessage()).contains(limit) ? "" : limit);
    }
    if (!(cause instanceof IOException)) {
      return jvmHint(dial, cause);
    }
    switch (dial.stage()) {
      case TCP:
        return networkHint(dial, cause);
      case TLS:
        return tlsHint(dial, cause);
      case METADATA_EXCHANGE:
        return exchangeHint(dial, cause);
      default:
        return new Hint(ErrorCode.of(cause, ErrorCode.UNEXPECTED), "");
    }
  }

  /** Returns the remedy for a timeout, based on the stage that took the most time. */
  static Hint forTimeout(DialAttempt dial) {
    switch (dial.failedStage()) {
      case TCP:
        return new Hint(ErrorCode.TCP_TIMEOUT, networkHint(dial));
      case TLS:
        return new Hint(ErrorCode.TLS_TIMEOUT, unresponsiveHint(dial));
      case METADATA_EXCHANGE:
        return new Hint(ErrorCode.EXCHANGE_TIMEOUT, unresponsiveHint(dial));
      case ADMIN_API:
        return new Hint(
            ErrorCode.API_TIMEOUT,
            "Check that " + apiEndpoint(dial) + " can be reached" + MORE_TIME_HINT);
      default:
        return new Hint(
            ErrorCode.TOKEN_TIMEOUT,
            "Check that the token server of "
                + dial.target().identity().name()
                + " can be reached"
                + MORE_TIME_HINT);
    }
  }

  private static String unresponsiveHint(DialAttempt dial) {
    return "The server accepted the connection but does not respond. " + noAlloyDbHint(dial);
  }

  private static final String MORE_TIME_HINT =
      " from here, or give connections more time (connect-timeout, or the driver's"
          + " connectTimeout).";

  /** Returns the remedy for an exception that was not caused by a server. */
  private static Hint jvmHint(DialAttempt dial, Throwable cause) {
    String limits = dial.stage().compareTo(Stage.TLS) < 0 ? "" : JvmLimits.hintForThisJvm();
    return limits.isEmpty()
        ? new Hint(ErrorCode.of(cause, ErrorCode.UNEXPECTED), "")
        : new Hint(ErrorCode.TLS_RESTRICTED_BY_JVM, limits);
  }

  private static Hint networkHint(DialAttempt dial, Throwable cause) {
    if (!hasCause(cause, UnknownHostException.class)) {
      return new Hint(ErrorCode.of(cause, tcpCode(cause)), networkHint(dial));
    }
    return new Hint(
        ErrorCode.of(cause, ErrorCode.NAME_UNRESOLVED),
        "Check that this machine's DNS resolves that name: Private Service Connect needs a private"
            + " zone with a record for it. Or choose another address with ip-type.");
  }

  private static ErrorCode tcpCode(Throwable cause) {
    String found = ExceptionMessages.of(cause); // the operating system's message, from the JDK
    if (found.contains("SOCKS")) { // the JDK's own SOCKS client, used with socksProxyHost
      return ErrorCode.SOCKS_PROXY_REFUSED;
    }
    if (found.contains("refused")) {
      return ErrorCode.TCP_REFUSED;
    }
    return found.contains("timed out") ? ErrorCode.TCP_TIMEOUT : ErrorCode.TCP_FAILED;
  }

  private static String networkHint(DialAttempt dial) {
    return "Check that the instance is running and that this machine can reach its "
        + dial.type()
        + " address on port "
        + settings(dial).serverPort()
        + " (VPC, firewall), or choose another address with ip-type.";
  }

  private static String apiEndpoint(DialAttempt dial) {
    String endpoint = settings(dial).apiEndpoint();
    return endpoint == null ? "the Admin API" : endpoint;
  }

  private static Hint tlsHint(DialAttempt dial, Throwable cause) {
    UntrustedServerException untrusted = UntrustedServerException.in(cause);
    if (untrusted != null) {
      return certificateHint(untrusted.fault());
    }
    String message = String.valueOf(cause.getMessage());
    if (message.contains("protocol_version")) {
      return new Hint(
          ErrorCode.TLS_NOT_ALLOYDB, "The server does not speak TLS 1.3. " + noAlloyDbHint(dial));
    }
    String limits = JvmLimits.hintForThisJvm();
    if (!limits.isEmpty()) {
      return new Hint(ErrorCode.TLS_RESTRICTED_BY_JVM, limits);
    }
    if (message.contains("No appropriate protocol")
        || message.contains("no negotiable cipher suite")) {
      return new Hint(
          ErrorCode.TLS_RESTRICTED_BY_JVM,
          "The security property jdk.tls.disabledAlgorithms of this JVM, which the agent cannot"
              + " override, leaves no TLS 1.3 cipher suite: allow TLS_AES_128_GCM_SHA256.");
    }
    if (message.contains("certificate") || hasCause(cause, SocketException.class)) {
      return new Hint(
          hasCause(cause, CertificateException.class)
              ? ErrorCode.SERVER_CERTIFICATE_UNVERIFIED
              : ErrorCode.TLS_CLOSED,
          clientCertificateHint(dial) + " Or the server is not AlloyDB. " + noAlloyDbHint(dial));
    }
    return new Hint(ErrorCode.TLS_NOT_ALLOYDB, noAlloyDbHint(dial));
  }

  private static Hint certificateHint(UntrustedServerException.Fault fault) {
    switch (fault) {
      case DATE:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_DATE,
            "The server's certificate is not valid now by this machine's clock, which says "
                + Log.utc(System.currentTimeMillis())
                + ": check the clock.");
      case AUTHORITY:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_AUTHORITY,
            "The server's certificate is not signed by the cluster's authority that the Admin API"
                + " returned: the server does not belong to that cluster, or the authority has"
                + " just changed and the next connection will succeed.");
      case ADDRESS:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_ADDRESS,
            "The server's certificate is not for the address that was dialed: another server"
                + " answers there, or the instance's address has changed.");
      case WEAK:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_WEAK,
            "The server's certificate is too weak: the agent accepts RSA from 2048 bits, elliptic"
                + " curves from 256 bits, and signatures with SHA-256 or better. Check that an AlloyDB"
                + " instance answers there, and that nothing in between terminates TLS.");
      case DISABLED:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_DISABLED,
            "This JVM forbids an algorithm of the server's certificate: allow it in the security"
                + " properties jdk.certpath.disabledAlgorithms and jdk.tls.disabledAlgorithms.");
      default:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_USE,
            "The server's certificate is not meant for a server: something other than an instance"
                + " presents a certificate of the cluster's authority there.");
    }
  }

  private static Hint exchangeHint(DialAttempt dial, Throwable cause) {
    if (cause instanceof Refusal) {
      String principal = dial.target().identity().principal();
      return new Hint(
          ErrorCode.EXCHANGE_REFUSED,
          settings(dial).enableIamAuth()
              ? "Check that "
                  + principal
                  + " has roles/alloydb.databaseUser and roles/alloydb.client in the instance's"
                  + " project, and is a database user (of type IAM) of the cluster."
              : "Check that " + principal + " has roles/alloydb.client in the instance's project.");
    }
    if (cause instanceof MetadataExchange.ProtocolException) {
      return new Hint(ErrorCode.EXCHANGE_NOT_ALLOYDB, noAlloyDbHint(dial));
    }
    String limits =
        JvmLimits.hintForThisJvm(); // the server's alert may not arrive before this stage
    return limits.isEmpty()
        ? new Hint(ErrorCode.EXCHANGE_CLOSED, clientCertificateHint(dial))
        : new Hint(ErrorCode.TLS_RESTRICTED_BY_JVM, limits);
  }

  /**
   * The alert is often lost, because a TLS 1.3 client completes its handshake before it arrives.
   */
  private static String clientCertificateHint(DialAttempt dial) {
    return "A server that rejects the client certificate closes the connection like this. "
        + "The certificate is valid until "
        + Log.utc(dial.certificateEnd())
        + ", and this machine's clock says "
        + Log.utc(System.currentTimeMillis())
        + ": check the clock. The agent fetches a new certificate for the next connection.";
  }

  private static String noAlloyDbHint(DialAttempt dial) {
    int port = settings(dial).serverPort();
    return "Check that an AlloyDB instance's server-side proxy listens there (on port"
        + " 5433"
        + (port == 5433 ? "" : "; server-port is " + port)
        + "), and not PostgreSQL itself or something in between that terminates TLS.";
  }

  private static InstanceSettings settings(DialAttempt dial) {
    return dial.target().settings();
  }

  private static boolean hasCause(Throwable cause, Class<? extends Throwable> kind) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (kind.isInstance(at)) {
        return true;
      }
    }
    return false;
  }

  /** The code of a failure, and what to do about it. */
  static final class Hint {
    final ErrorCode code;

    /** Empty if the message of the cause already contains the remedy. */
    final String advice;

    Hint(ErrorCode code, String advice) {
      this.code = code;
      this.advice = advice;
    }
  }

  /** The server refused the connection in the metadata exchange. */
  static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
      super("the server refused: " + message);
    }
  }

  /** The instance has no address of the configured types. */
  static final class NoAddress extends IOException {
    private static final long serialVersionUID = 1L;

    NoAddress(String message) {
      super(message);
    }
  }
}
