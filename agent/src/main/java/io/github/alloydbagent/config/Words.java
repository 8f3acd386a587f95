package io.github.alloydbagent.config;

import java.util.List;

/** Lists as sentences have them. */
final class Words {

  private Words() {}

  static String joined(List<String> words) {
    StringBuilder joined = new StringBuilder();
    for (String word : words) {
      joined.append(joined.length() == 0 ? "" : ", ").append(word);
    }
    return joined.toString();
  }
}
