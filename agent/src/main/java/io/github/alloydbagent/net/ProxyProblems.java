package io.github.alloydbagent.net;

import io.github.alloydbagent.util.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.StringTokenizer;

/** Finds invalid proxy settings of this JVM and its environment. */
public final class ProxyProblems {
  private final Properties properties;
  private final ProxyVariables variables;
  private final List<String> messages = new ArrayList<>();

  private ProxyProblems(Properties properties, Map<String, String> environment) {
    this.properties = properties;
    this.variables = new ProxyVariables(environment);
  }

  /**
   * A message, with its code, for each setting that has no effect, or a different effect than it
   * seems to have.
   */
  public static List<String> of(Properties properties, Map<String, String> environment) {
    ProxyProblems problems = new ProxyProblems(properties, environment);
    problems.variable(ProxyVariables.HTTPS_PROXY, "API calls are made");
    problems.variable(ProxyVariables.ALL_PROXY, "tunnels are opened");
    problems.noProxy();
    problems.property("https.proxyHost", "https.proxyPort", 443);
    problems.property("socksProxyHost", "socksProxyPort", 1080);
    problems.nonProxyHosts("http.nonProxyHosts");
    problems.nonProxyHosts("socksNonProxyHosts");
    return problems.messages;
  }

  private void variable(String name, String what) {
    String url = variables.get(name);
    if (url.isEmpty()) {
      return;
    }
    try {
      ProxyUrl proxy = ProxyUrl.parse(url);
      if (!ProxyVariables.isHttp(proxy) && !ProxyVariables.isSocks5(proxy)) {
        ignored(name, "the scheme " + proxy.scheme + ":// is not supported", what);
      }
    } catch (IllegalArgumentException e) {
      ignored(name, String.valueOf(e.getMessage()), what);
    }
  }

  private void ignored(String name, String why, String what) {
    add(
        name
            + " cannot be used: "
            + why
            + "; "
            + what
            + " without this proxy. Expected "
            + ProxyUrl.FORM
            + " with the scheme http, https, socks5 or socks5h.");
  }

  private void add(String problem) {
    messages.add(ErrorCode.PROXY_SETTING_INVALID.message(problem));
  }

  private void noProxy() {
    for (String entry : NoProxy.invalidEntries(variables.get(ProxyVariables.NO_PROXY))) {
      add(
          "NO_PROXY has the entry \""
              + entry
              + "\", which matches no host; it is ignored. Expected names, addresses and networks"
              + " such as 10.0.0.0/8, separated by commas.");
    }
  }

  private void property(String hostName, String portName, int defaultPort) {
    String host = properties.getProperty(hostName, "");
    if (host.isEmpty()) {
      return;
    }
    if (!ProxyUrl.isHost(host) && !ProxyUrl.isHost("[" + host + "]")) {
      add(
          "the system property "
              + hostName
              + " is not a host name or an address: connections through this proxy will fail. Set"
              + " the host alone, and its port with "
              + portName
              + ".");
    }
    String port = properties.getProperty(portName);
    if (port != null && ProxyUrl.port(port.trim()) < 0) {
      add(
          "the system property "
              + portName
              + " is not a number from 1 to 65535; port "
              + defaultPort
              + " is used.");
    }
  }

  /**
   * Java separates these entries with {@code |}; a comma-separated list, as in NO_PROXY, matches
   * nothing.
   */
  private void nonProxyHosts(String name) {
    StringTokenizer each = new StringTokenizer(properties.getProperty(name, ""), "|");
    while (each.hasMoreTokens()) {
      String pattern = each.nextToken().trim();
      if (pattern.indexOf(',') >= 0 || pattern.indexOf(' ') >= 0) {
        add(
            "the system property "
                + name
                + " has the entry \""
                + pattern
                + "\", which matches no host; it is ignored. Separate entries with | there.");
      }
    }
  }
}
