package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.IpType;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;

/** What to do about a failure, by the stage and by what was found. */
final class Advice {

  private static final String NOT_ALLOYDB =
      "Check that an AlloyDB instance's server-side proxy listens there (port 5433, setting"
          + " server-port), and not PostgreSQL itself or something in between that ends TLS.";

  private Advice() {}

  /** Advice for a stage that failed; empty where what was found says it already. */
  static String failed(Dial dial, Throwable cause) {
    switch (dial.stage()) {
      case TCP:
        return network(dial);
      case TLS:
        return tls(cause);
      case METADATA_EXCHANGE:
        return exchange(dial, cause);
      default:
        return "";
    }
  }

  /** Advice for a stage that was not done in time. */
  static String late(Dial dial) {
    switch (dial.stage()) {
      case TCP:
        return network(dial);
      case TLS:
      case METADATA_EXCHANGE:
        return "The server accepted the connection but does not answer: " + NOT_ALLOYDB;
      default:
        return "Check that the Admin API and the credentials' token server can be reached from here,"
            + " or give connections more time (connect-timeout, or the driver's connectTimeout).";
    }
  }

  private static String network(Dial dial) {
    IpType type = dial.target().settings().ipType();
    return "Check that the instance is running and that this machine can reach its "
        + type
        + " address on port "
        + dial.target().settings().serverPort()
        + " (VPC, firewall), or choose another with ip-type.";
  }

  private static String tls(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof CertPathValidatorException) {
        return "The server's certificate is not signed by the cluster's authority, as the Admin API"
            + " gives it: this is no server of that cluster, or its authority has just changed, in"
            + " which case the next connection will do.";
      }
      if (at instanceof CertificateException) {
        return "The server's certificate is for another address than the one that was dialled:"
            + " something else answers there, or the instance's address has changed.";
      }
    }
    return NOT_ALLOYDB;
  }

  private static String exchange(Dial dial, Throwable cause) {
    if (cause instanceof Refusal) {
      return dial.target().settings().enableIamAuth()
          ? "Grant roles/alloydb.databaseUser to "
              + dial.target().identity().principal()
              + " and create its database user (of type IAM) on the cluster."
          : "Grant roles/alloydb.client to "
              + dial.target().identity().principal()
              + " in the instance's project.";
    }
    if (cause instanceof MetadataExchange.ProtocolException) {
      return NOT_ALLOYDB;
    }
    return "A server that does not accept the client certificate hangs up like this: check this"
        + " machine's clock (certificates live for an hour). The agent fetches a new one for the"
        + " next connection.";
  }

  /** The server's own refusal in the metadata exchange. */
  static final class Refusal extends java.io.IOException {
    private static final long serialVersionUID = 1L;

    Refusal(String said) {
      super("the server refused: " + said);
    }
  }
}
