package io.github.alloydbagent.rollout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code docs/rollout.md}. */
final class RolloutPage {
  private static final Path FILE = Path.of("..", "docs", "rollout.md");
  private static final Pattern LINK = Pattern.compile("]\\(rollout/([^)]+)\\)");
  private static final Pattern SECTION = Pattern.compile("(?m)^## (.+)\n((?s:.*?))(?=^## |\\z)");

  /** A paragraph that ends with a link and a colon, and the indented block behind it. */
  private static final Pattern QUOTE =
      Pattern.compile("]\\(rollout/([^)]+)\\)[^\n]*:\n\n((?:(?: {4}.*)?\n)+)");

  private final String text;

  RolloutPage() throws IOException {
    this(Files.readString(FILE));
  }

  RolloutPage(String text) {
    this.text = text;
  }

  /** The files that it links to, by their names. */
  List<String> links() {
    return LINK.matcher(text).results().map(link -> link.group(1)).distinct().toList();
  }

  /** What it quotes, without its indentation, each with the name of the file. */
  List<Map.Entry<String, String>> quotes() {
    List<Map.Entry<String, String>> quotes = new ArrayList<>();
    Matcher quote = QUOTE.matcher(text);
    while (quote.find()) {
      quotes.add(Map.entry(quote.group(1), quote.group(2).stripTrailing().stripIndent() + "\n"));
    }
    return quotes;
  }

  /** The sections, by their headings. */
  Map<String, String> sections() {
    Map<String, String> sections = new LinkedHashMap<>();
    for (MatchResult each : SECTION.matcher(text).results().toList()) {
      sections.put(each.group(1), each.group(2));
    }
    return sections;
  }
}
