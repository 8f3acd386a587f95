package io.github.alloydbagent.config.source;

import java.util.regex.Pattern;

/**
 * Recognizes the variables that Kubernetes sets in each container for the Services of its
 * namespace. A Service named {@code alloydb-http} gets {@code
 * ALLOYDB_HTTP_PORT=tcp://10.0.0.7:8080}.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables">Kubernetes</a>
 */
final class ServiceLinks {

  private static final String[] PROTOCOLS = {"tcp://", "udp://", "sctp://"};

  private ServiceLinks() {}

  /** Returns whether Kubernetes sets such a value for a Service. */
  static boolean isAddress(String value) {
    for (String protocol : PROTOCOLS) {
      if (value.startsWith(protocol)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether Kubernetes sets a variable of this form for a Service. The pattern is in a
   * nested class so that most JVMs do not load regular expressions.
   */
  static boolean isName(String name) {
    return Names.ALL.matcher(name).matches();
  }

  private static final class Names {
    static final Pattern ALL =
        Pattern.compile(
            "[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
                + "|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");
  }
}
