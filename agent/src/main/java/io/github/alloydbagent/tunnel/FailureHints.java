package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.crypto.UntrustedServerException;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.tunnel.metadata.MetadataExchange;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;

/** What to do about a failure, by the stage and by what was found. */
final class FailureHints {

  private FailureHints() {}

  /** Advice for a stage that failed; empty where what was found says it already. */
  static String failed(DialAttempt dial, Throwable cause) {
    if (cause instanceof NoAddress) {
      return "";
    }
    String limit = ExceptionMessages.fileLimitHint(cause);
    if (!limit.isEmpty()) {
      // the stages before say it in their own message
      return String.valueOf(cause.getMessage()).contains(limit) ? "" : limit;
    }
    switch (dial.stage()) {
      case TCP:
        return network(dial, cause);
      case TLS:
        return tls(dial, cause);
      case METADATA_EXCHANGE:
        return exchange(dial, cause);
      default:
        return "";
    }
  }

  /** Advice for a deadline that passed, by the stage that took the most time. */
  static String late(DialAttempt dial) {
    switch (dial.failedStage()) {
      case TCP:
        return network(dial);
      case TLS:
      case METADATA_EXCHANGE:
        return "The server accepted the connection but does not answer. " + noAlloyDb(dial);
      case ADMIN_API:
        return "Check that " + api(dial) + " can be reached" + MORE_TIME;
      default:
        return "Check that the token server of "
            + dial.target().identity().name()
            + " can be reached"
            + MORE_TIME;
    }
  }

  private static final String MORE_TIME =
      " from here, or give connections more time (connect-timeout, or the driver's"
          + " connectTimeout).";

  private static String network(DialAttempt dial, Throwable cause) {
    if (!has(cause, UnknownHostException.class)) {
      return network(dial);
    }
    return "Check that this machine's DNS has that name: for Private Service Connect that takes a"
        + " private zone with a record of it. Or choose another address with ip-type.";
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

  private static String tls(DialAttempt dial, Throwable cause) {
    UntrustedServerException untrusted = UntrustedServerException.in(cause);
    if (untrusted != null) {
      return certificate(untrusted.fault());
    }
    String said = String.valueOf(cause.getMessage());
    if (said.contains("protocol_version")) {
      return "The server does not speak TLS 1.3. " + noAlloyDb(dial);
    }
    String limits = JvmLimits.ofThisJvm();
    if (!limits.isEmpty()) {
      return limits;
    }
    if (said.contains("No appropriate protocol") || said.contains("no negotiable cipher suite")) {
      return "The security property jdk.tls.disabledAlgorithms of this JVM, which the agent cannot"
          + " override, leaves no cipher suite of TLS 1.3: allow TLS_AES_128_GCM_SHA256.";
    }
    if (said.contains("certificate") || has(cause, SocketException.class)) {
      return clientCertificate(dial) + " Or no AlloyDB listens there. " + noAlloyDb(dial);
    }
    return noAlloyDb(dial);
  }

  private static String certificate(UntrustedServerException.Fault fault) {
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

  private static String exchange(DialAttempt dial, Throwable cause) {
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
      return noAlloyDb(dial);
    }
    String limits = JvmLimits.ofThisJvm(); // the server's complaint may come as late as this
    return limits.isEmpty() ? clientCertificate(dial) : limits;
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
