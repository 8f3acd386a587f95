package io.github.alloydbagent.jvm;

import io.github.alloydbagent.local.Tokens;
import java.util.List;

/** Checks the output of every JVM that a test starts for secrets. */
final class Secrets {
  private static final List<String> BEGINNINGS =
      List.of(
          Tokens.BEGINNING,
          "BEGIN PRIVATE KEY",
          "BEGIN RSA PRIVATE KEY",
          "BgkqhkiG9w0BAQEFAASC"); // of a private RSA key, from its ninth character

  private Secrets() {}

  /**
   * Searches a JVM's output.
   *
   * @throws AssertionError if it contains a token or a private key
   */
  static void checkNoneIn(JvmResult result) {
    for (String text : List.of(result.out(), result.err())) {
      for (String beginning : BEGINNINGS) {
        int at = text.indexOf(beginning);
        if (at >= 0) {
          throw new AssertionError(
              "a secret was printed, after: " + text.substring(Math.max(0, at - 300), at));
        }
      }
    }
  }
}
