package io.github.alloydbagent.local;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Parses and runs the commands of a running AlloyDB simulator. A command is one line; the result is
 * text.
 */
final class Commands {
  private static final String HELP =
      """
      status                                event counts, and all logins
      kill                                  reset all connections
      new-ca                                replace the cluster's certificate authority
      move INSTANCE                         change the instance's private address
      certificate-life SECONDS              limit the lifetime of client certificates issued from now on
      token-life SECONDS                    set the lifetime of tokens issued from now on
      revoke-tokens                         revoke all tokens
      revoke ROLE | grant ROLE              CLIENT, SERVICE_USAGE_CONSUMER or DATABASE_USER
      fail CALL HOW [TIMES]                 CALL: connection-info, client-certificate, token, metadata
                                            HOW: 403, 404, 429, 500, 503, html, slow, no-answer, cut-off
      handshake INSTANCE HOW [TIMES]        HOW: hang-up, alert, stall, certificate-refused
      exchange INSTANCE HOW [TIMES]         HOW: error, stall, byte-by-byte, claim, postgres-error, hang-up
      ssl-requests INSTANCE HOW             HOW: no, yes, hang-up
      certificate INSTANCE HOW              HOW: wrong-address, wrong-authority, right
      heal                                  clear all faults""";

  private static final Duration SLOW = Duration.ofSeconds(10);

  private final LocalAlloyDb alloyDb;

  Commands(LocalAlloyDb alloyDb) {
    this.alloyDb = alloyDb;
  }

  /** Runs the command in the line. An invalid command changes nothing. */
  String run(String line) {
    List<String> words = Arrays.asList(line.split("\\s+"));
    try {
      return run(words);
    } catch (IndexOutOfBoundsException e) {
      return "\"" + line + "\" lacks an argument; \"help\" shows the syntax";
    } catch (IllegalArgumentException e) {
      return "\""
          + line
          + "\" is not a valid command: "
          + e.getMessage()
          + "; \"help\" lists the commands";
    }
  }

  private String run(List<String> words) {
    switch (words.get(0)) {
      case "help" -> {
        return HELP;
      }
      case "status" -> {
        return status();
      }
      case "kill" -> alloyDb.instances().forEach(LocalInstance::killConnections);
      case "new-ca" -> alloyDb.cluster().renewAuthority();
      case "move" -> instance(words).move(a -> a.withPrivateIp(Addresses.free()));
      case "certificate-life" -> alloyDb.cluster().certificateLife(seconds(words.get(1)));
      case "token-life" -> alloyDb.tokens().life(seconds(words.get(1)));
      case "revoke-tokens" -> alloyDb.tokens().revokeAll();
      case "revoke" ->
          alloyDb.permissions().revoke(alloyDb.account().email(), IamRole.valueOf(words.get(1)));
      case "grant" ->
          alloyDb.permissions().grant(alloyDb.account().email(), IamRole.valueOf(words.get(1)));
      case "fail" -> call(words.get(1)).set(httpFault(words.get(2)), times(words));
      case "handshake" ->
          instance(words)
              .handshakeTrouble()
              .set(HandshakeFault.valueOf(constant(words.get(2))), times(words));
      case "exchange" ->
          instance(words).exchangeTrouble().set(exchangeFault(words.get(2)), times(words));
      case "ssl-requests" ->
          instance(words).answerSslRequests(SslAnswer.valueOf(constant(words.get(2))));
      case "certificate" -> certificate(instance(words), words.get(2));
      case "heal" -> heal();
      default -> throw new IllegalArgumentException("unknown command \"" + words.get(0) + "\"");
    }
    return "done";
  }

  private String status() {
    String counts =
        Arrays.stream(Served.values())
            .map(s -> s.name().toLowerCase(Locale.ROOT).replace('_', '-') + "=" + alloyDb.count(s))
            .collect(Collectors.joining(" "));
    return alloyDb.instances().stream()
        .flatMap(i -> i.logins().stream().map(login -> describe(i, login)))
        .reduce(counts, (all, login) -> all + "\n" + login);
  }

  private static String describe(LocalInstance instance, Login login) {
    Exchange exchange = login.exchange();
    return "login instance="
        + instance.shortName()
        + " user="
        + login.user()
        + " auth="
        + (exchange.autoIam() ? "AUTO_IAM" : "DB_NATIVE")
        + " principal="
        + exchange.principal()
        + " address="
        + exchange.address()
        + " tls="
        + exchange.tlsVersion()
        + " cipher="
        + exchange.cipherSuite()
        + " resumed="
        + exchange.resumed()
        + " user-agent="
        + exchange.userAgent();
  }

  private LocalInstance instance(List<String> words) {
    return alloyDb.instance(words.get(1));
  }

  private Trouble<HttpFault> call(String name) {
    return switch (name) {
      case "connection-info" -> alloyDb.adminTroubles().connectionInfo();
      case "client-certificate" -> alloyDb.adminTroubles().clientCertificate();
      case "token" -> alloyDb.tokenTrouble();
      case "metadata" -> alloyDb.metadataTrouble();
      default -> throw new IllegalArgumentException("unknown call \"" + name + "\"");
    };
  }

  private static HttpFault httpFault(String how) {
    return switch (how) {
      case "html" -> HttpFault.html(502);
      case "slow" -> HttpFault.slow(SLOW);
      case "no-answer" -> HttpFault.noAnswer();
      case "cut-off" -> HttpFault.cutOff();
      case "429" -> HttpFault.tooManyRequests(Duration.ofSeconds(1));
      case "403", "404", "500", "503" ->
          HttpFault.status(Integer.parseInt(how), "requested on the command line");
      default -> throw new IllegalArgumentException("unknown fault \"" + how + "\"");
    };
  }

  private static ExchangeFault exchangeFault(String how) {
    return switch (how) {
      case "error" -> ExchangeFault.error("requested on the command line");
      case "stall" -> ExchangeFault.stall();
      case "byte-by-byte" -> ExchangeFault.byteByByte();
      case "claim" -> ExchangeFault.claim(1L << 31);
      case "postgres-error" -> ExchangeFault.postgresError("requested on the command line");
      case "hang-up" -> ExchangeFault.hangUp();
      default -> throw new IllegalArgumentException("unknown fault \"" + how + "\"");
    };
  }

  private static void certificate(LocalInstance instance, String how) {
    switch (how) {
      case "wrong-address" -> instance.showCertificateFor("127.255.255.254");
      case "wrong-authority" -> instance.showCertificateOfAnotherAuthority();
      case "right" -> instance.showRightCertificate();
      default -> throw new IllegalArgumentException("unknown certificate \"" + how + "\"");
    }
  }

  private void heal() {
    alloyDb.adminTroubles().clear();
    alloyDb.tokenTrouble().clear();
    alloyDb.metadataTrouble().clear();
    for (LocalInstance instance : alloyDb.instances()) {
      instance.handshakeTrouble().clear();
      instance.exchangeTrouble().clear();
      instance.answerSslRequests(SslAnswer.NO);
      instance.showRightCertificate();
    }
  }

  private static String constant(String word) {
    return word.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static Duration seconds(String word) {
    return Duration.ofSeconds(Long.parseLong(word));
  }

  private static int times(List<String> words) {
    return words.size() > 3 ? Integer.parseInt(words.get(3)) : Integer.MAX_VALUE;
  }
}
