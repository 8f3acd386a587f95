package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.crypto.UntrustedServerException;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.tunnel.metadata.MetadataExchange;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Suggests a remedy for a failure, based on its stage and cause. */
final class FailureHints {

  private FailureHints() {}

  /** Returns the remedy for a failed stage; empty if the cause's message already contains it. */
  static String failed(DialAttempt dial, Throwable cause) {
    if (cause instanceof NoAddress) {
      return "";
    }
    String limit = ExceptionMessages.fileLimitHint(cause);
    if (!limit.isEmpty()) {
      // the messages of earlier stages already contain the hint
      return String.valueOf(cause.getMessage()).contains(limit) ? "" : limit;
    }
    switch (dial.stage()) {
      case TCP:
        return networkHint(dial, cause);
      case TLS:
        return tlsHint(dial, cause);
      case METADATA_EXCHANGE:
        return exchangeHint(dial, cause);
      default:
        return "";
    }
  }

  /** Returns the remedy for a timeout, based on the stage that took the most time. */
  static String late(DialAttempt dial) {
    switch (dial.failedStage()) {
      case TCP:
        return networkHint(dial);
      case TLS:
      case METADATA_EXCHANGE:
        return "The server accepted the connection but does not answer. " + noAlloyDbHint(dial);
      case ADMIN_API:
        return "Check that " + apiEndpoint(dial) + " can be reached" + MORE_TIME_HINT;
      default:
        return "Check that the token server of "
            + dial.target().identity().name()
            + " can be reached"
            + MORE_TIME_HINT;
    }
  }

  private static final String MORE_TIME_HINT =
      " from here, or give connections more time (connect-timeout, or the driver's"
          + " connectTimeout).";

  private static String networkHint(DialAttempt dial, Throwable cause) {
    if (!hasCause(cause, UnknownHostException.class)) {
      return networkHint(dial);
    }
    return "Check that this machine's DNS has that name: for Private Service Connect that takes a"
        + " private zone with a record of it. Or choose another address with ip-type.";
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

  private static String tlsHint(DialAttempt dial, Throwable cause) {
    UntrustedServerException untrusted = UntrustedServerException.in(cause);
    if (untrusted != null) {
      return certificateHint(untrusted.fault());
    }
    String message = String.valueOf(cause.getMessage());
    if (message.contains("protocol_version")) {
      return "The server does not speak TLS 1.3. " + noAlloyDbHint(dial);
    }
    String limits = JvmLimits.ofThisJvm();
    if (!limits.isEmpty()) {
      return limits;
    }
    if (message.contains("No appropriate protocol")
        || message.contains("no negotiable cipher suite")) {
      return "The security property jdk.tls.disabledAlgorithms of this JVM, which the agent cannot"
          + " override, leaves no cipher suite of TLS 1.3: allow TLS_AES_128_GCM_SHA256.";
    }
    if (message.contains("certificate") || hasCause(cause, SocketException.class)) {
      return clientCertificateHint(dial) + " Or no AlloyDB listens there. " + noAlloyDbHint(dial);
    }
    return noAlloyDbHint(dial);
  }

  private static String certificateHint(UntrustedServerException.Fault fault) {
    switch (fault) {
      case DATE:
        return "The server's certificate is not valid now by this machine's clock, which says "
            + Log.utc(System.currentTimeMillis())
            + ": check that clock.";
      case AUTHORITY:
        return "The server's certificate is not signed by the cluster's authority, as the Admin API"
            + " gives it: this is no server of that cluster, or its authority has just changed, in"
            + " which case the next connection will do.";
      case ADDRESS:
        return "The server's certificate is for another address than the one that was dialled:"
            + " something else answers there, or the instance's address has changed.";
      case WEAK:
        return "The server's certificate is too weak: the agent accepts RSA from 2048 bits, elliptic"
            + " curves from 256 bits, and signatures with SHA-256 or better. Check that an AlloyDB"
            + " instance answers there, and nothing that ends TLS in between.";
      case DISABLED:
        return "This JVM forbids an algorithm of the server's certificate: allow it in the security"
            + " properties jdk.certpath.disabledAlgorithms and jdk.tls.disabledAlgorithms.";
      default:
        return "The server's certificate is not meant for a server: something else than an instance"
            + " shows a certificate of the cluster's authority there.";
    }
  }

  private static String exchangeHint(DialAttempt dial, Throwable cause) {
    if (cause instanceof Refusal) {
      String principal = dial.target().identity().principal();
      return settings(dial).enableIamAuth()
          ? "Check that "
              + principal
              + " has roles/alloydb.databaseUser and roles/alloydb.client in the instance's"
              + " project, and is a database user (of type IAM) of the cluster."
          : "Check that " + principal + " has roles/alloydb.client in the instance's project.";
    }
    if (cause instanceof MetadataExchange.ProtocolException) {
      return noAlloyDbHint(dial);
    }
    String limits = JvmLimits.ofThisJvm(); // the server's alert may not arrive before this stage
    return limits.isEmpty() ? clientCertificateHint(dial) : limits;
  }

  /**
   * The alert is often lost, because a TLS 1.3 client completes its handshake before it arrives.
   */
  private static String clientCertificateHint(DialAttempt dial) {
    return "A server that does not accept the client certificate hangs up like this. "
        + "The certificate is valid until "
        + Log.utc(dial.certificateEnd())
        + ", and this machine's clock says "
        + Log.utc(System.currentTimeMillis())
        + ": check that clock. The agent fetches a new certificate for the next connection.";
  }

  private static String noAlloyDbHint(DialAttempt dial) {
    int port = settings(dial).serverPort();
    return "Check that it is an AlloyDB instance's server-side proxy that listens there (on port"
        + " 5433"
        + (port == 5433 ? "" : "; server-port is " + port)
        + "), and not PostgreSQL itself or something in between that ends TLS.";
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
