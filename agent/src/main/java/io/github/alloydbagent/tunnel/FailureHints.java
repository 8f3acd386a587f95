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

/** The code of a failure and what to do about it, by the stage and by what was found. */
final class FailureHints {

  private FailureHints() {}

  /** Advice for a stage that failed; empty where what was found says it already. */
  static Hint failed(DialAttempt dial, Throwable cause) {
    if (cause instanceof NoAddress) {
      return new Hint(ErrorCode.NO_ADDRESS, "");
    }
    String limit = ExceptionMessages.fileLimitHint(cause);
    if (!limit.isEmpty()) {
      // the stages before say it in their own message
      return new Hint(
          ErrorCode.NO_FILE_DESCRIPTORS,
          String.valueOf(cause.getMessage()).contains(limit) ? "" : limit);
    }
    switch (dial.stage()) {
      case TCP:
        return network(dial, cause);
      case TLS:
        return tls(dial, cause);
      case METADATA_EXCHANGE:
        return exchange(dial, cause);
      default:
        return new Hint(ErrorCode.of(cause, ErrorCode.UNEXPECTED), "");
    }
  }

  /** Advice for a deadline that passed, by the stage that took the most time. */
  static Hint late(DialAttempt dial) {
    switch (dial.failedStage()) {
      case TCP:
        return new Hint(ErrorCode.TCP_TIMEOUT, network(dial));
      case TLS:
        return new Hint(ErrorCode.TLS_TIMEOUT, silent(dial));
      case METADATA_EXCHANGE:
        return new Hint(ErrorCode.EXCHANGE_TIMEOUT, silent(dial));
      case ADMIN_API:
        return new Hint(
            ErrorCode.API_TIMEOUT, "Check that " + api(dial) + " can be reached" + MORE_TIME);
      default:
        return new Hint(
            ErrorCode.TOKEN_TIMEOUT,
            "Check that the token server of "
                + dial.target().identity().name()
                + " can be reached"
                + MORE_TIME);
    }
  }

  private static String silent(DialAttempt dial) {
    return "The server accepted the connection but does not answer. " + noAlloyDb(dial);
  }

  private static final String MORE_TIME =
      " from here, or give connections more time (connect-timeout, or the driver's"
          + " connectTimeout).";

  private static Hint network(DialAttempt dial, Throwable cause) {
    if (!has(cause, UnknownHostException.class)) {
      return new Hint(ErrorCode.of(cause, tcpCode(cause)), network(dial));
    }
    return new Hint(
        ErrorCode.of(cause, ErrorCode.NAME_UNRESOLVED),
        "Check that this machine's DNS has that name: for Private Service Connect that takes a"
            + " private zone with a record of it. Or choose another address with ip-type.");
  }

  private static ErrorCode tcpCode(Throwable cause) {
    String found = ExceptionMessages.of(cause); // the operating system's, by way of the JDK
    if (found.contains("SOCKS")) { // the JDK's own client, of socksProxyHost
      return ErrorCode.SOCKS_PROXY_REFUSED;
    }
    if (found.contains("refused")) {
      return ErrorCode.TCP_REFUSED;
    }
    return found.contains("timed out") ? ErrorCode.TCP_TIMEOUT : ErrorCode.TCP_FAILED;
  }

  private static String network(DialAttempt dial) {
    return "Check that the instance is running and that this machine can reach its "
        + dial.type()
        + " address on port "
        + settings(dial).serverPort()
        + " (VPC, firewall), or choose another address with ip-type.";
  }

  private static String api(DialAttempt dial) {
    String endpoint = settings(dial).apiEndpoint();
    return endpoint == null ? "the Admin API" : endpoint;
  }

  private static Hint tls(DialAttempt dial, Throwable cause) {
    UntrustedServerException untrusted = UntrustedServerException.in(cause);
    if (untrusted != null) {
      return certificate(untrusted.fault());
    }
    String said = String.valueOf(cause.getMessage());
    if (said.contains("protocol_version")) {
      return new Hint(
          ErrorCode.TLS_NOT_ALLOYDB, "The server does not speak TLS 1.3. " + noAlloyDb(dial));
    }
    String limits = JvmLimits.ofThisJvm();
    if (!limits.isEmpty()) {
      return new Hint(ErrorCode.TLS_RESTRICTED_BY_JVM, limits);
    }
    if (said.contains("No appropriate protocol") || said.contains("no negotiable cipher suite")) {
      return new Hint(
          ErrorCode.TLS_RESTRICTED_BY_JVM,
          "The security property jdk.tls.disabledAlgorithms of this JVM, which the agent cannot"
              + " override, leaves no cipher suite of TLS 1.3: allow TLS_AES_128_GCM_SHA256.");
    }
    if (said.contains("certificate") || has(cause, SocketException.class)) {
      return new Hint(
          has(cause, CertificateException.class)
              ? ErrorCode.SERVER_CERTIFICATE_UNVERIFIED
              : ErrorCode.TLS_CLOSED,
          clientCertificate(dial) + " Or no AlloyDB listens there. " + noAlloyDb(dial));
    }
    return new Hint(ErrorCode.TLS_NOT_ALLOYDB, noAlloyDb(dial));
  }

  private static Hint certificate(UntrustedServerException.Fault fault) {
    switch (fault) {
      case DATE:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_DATE,
            "The server's certificate is not valid now by this machine's clock, which says "
                + Log.utc(System.currentTimeMillis())
                + ": check that clock.");
      case AUTHORITY:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_AUTHORITY,
            "The server's certificate is not signed by the cluster's authority, as the Admin API"
                + " gives it: this is no server of that cluster, or its authority has just changed, in"
                + " which case the next connection will do.");
      case ADDRESS:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_ADDRESS,
            "The server's certificate is for another address than the one that was dialled:"
                + " something else answers there, or the instance's address has changed.");
      case WEAK:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_WEAK,
            "The server's certificate is too weak: the agent accepts RSA from 2048 bits, elliptic"
                + " curves from 256 bits, and signatures with SHA-256 or better. Check that an AlloyDB"
                + " instance answers there, and nothing that ends TLS in between.");
      case DISABLED:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_DISABLED,
            "This JVM forbids an algorithm of the server's certificate: allow it in the security"
                + " properties jdk.certpath.disabledAlgorithms and jdk.tls.disabledAlgorithms.");
      default:
        return new Hint(
            ErrorCode.SERVER_CERTIFICATE_USE,
            "The server's certificate is not meant for a server: something else than an instance"
                + " shows a certificate of the cluster's authority there.");
    }
  }

  private static Hint exchange(DialAttempt dial, Throwable cause) {
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
      return new Hint(ErrorCode.EXCHANGE_NOT_ALLOYDB, noAlloyDb(dial));
    }
    String limits = JvmLimits.ofThisJvm(); // the server's complaint may come as late as this
    return limits.isEmpty()
        ? new Hint(ErrorCode.EXCHANGE_CLOSED, clientCertificate(dial))
        : new Hint(ErrorCode.TLS_RESTRICTED_BY_JVM, limits);
  }

  /** The alert is often lost: a TLS 1.3 client is through with its handshake before it comes. */
  private static String clientCertificate(DialAttempt dial) {
    return "A server that does not accept the client certificate hangs up like this. "
        + "The certificate is valid until "
        + Log.utc(dial.certificateEnd())
        + ", and this machine's clock says "
        + Log.utc(System.currentTimeMillis())
        + ": check that clock. The agent fetches a new certificate for the next connection.";
  }

  private static String noAlloyDb(DialAttempt dial) {
    int port = settings(dial).serverPort();
    return "Check that it is an AlloyDB instance's server-side proxy that listens there (on port"
        + " 5433"
        + (port == 5433 ? "" : "; server-port is " + port)
        + "), and not PostgreSQL itself or something in between that ends TLS.";
  }

  private static InstanceSettings settings(DialAttempt dial) {
    return dial.target().settings();
  }

  private static boolean has(Throwable cause, Class<? extends Throwable> kind) {
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

    /** Empty where what was found says it already. */
    final String advice;

    Hint(ErrorCode code, String advice) {
      this.code = code;
      this.advice = advice;
    }
  }

  /** The server's own refusal in the metadata exchange. */
  static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;

    Refusal(String said) {
      super("the server refused: " + said);
    }
  }

  /** An instance that lacks the address that is wanted. */
  static final class NoAddress extends IOException {
    private static final long serialVersionUID = 1L;

    NoAddress(String message) {
      super(message);
    }
  }
}
