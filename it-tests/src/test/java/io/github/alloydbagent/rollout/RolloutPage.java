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

/** Parses {@code docs/rollout.md}. */
final class RolloutPage {
  private static final Path FILE = Path.of("..", "docs", "rollout.md");
  private static final Pattern LINK = Pattern.compile("]\\(rollout/([^)]+)\\)");
  private static final Pattern SECTION = Pattern.compile("(?m)^## (.+)\n((?s:.*?))(?=^## |\\z)");

  /** A paragraph that ends with a link and a colon, and the indented block that follows it. */
  private static final Pattern QUOTE =
      Pattern.compile("]\\(rollout/([^)]+)\\)[^\n]*:\n\n((?:(?: {4}.*)?\n)+)");

  private final String text;

  RolloutPage() throws IOException {
    this(Files.readString(FILE));
  }

  RolloutPage(String text) {
    this.text = text;
  }

  /** Returns the names of the linked files. */
  List<String> links() {
    return LINK.matcher(text).results().map(link -> link.group(1)).distinct().toList();
  }

  /** Returns the quotes, without indentation, each with the name of its file. */
  List<Map.Entry<String, String>> quotes() {
    List<Map.Entry<String, String>> quotes = new ArrayList<>();
    Matcher quote = QUOTE.matcher(text);
    while (quote.find()) {
      quotes.add(Map.entry(quote.group(1), quote.group(2).stripTrailing().stripIndent() + "\n"));
    }
    return quotes;
  }

  /** Returns the sections, by heading. */
  Map<String, String> sections() {
    Map<String, String> sections = new LinkedHashMap<>();
    for (MatchResult each : SECTION.matcher(text).results().toList()) {
      sections.put(each.group(1), each.group(2));
    }
    return sections;
  }
}
