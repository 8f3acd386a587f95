package io.github.alloydbagent.config.setting;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Parses one kind of value. These are classes rather than lambdas because they run on the
 * application's main thread, where the first lambda of a JVM costs tens of milliseconds.
 *
 * @param <T> the type of the values
 */
public abstract class ValueParser<T> {

  /** The expected form of a value, for messages. */
  public final String expected;

  /** All valid words; empty if values are not words. */
  final List<String> words;

  ValueParser(String expected, String... words) {
    this.expected = expected;
    this.words = Collections.unmodifiableList(Arrays.asList(words));
  }

  /** Parses a text that is not empty and has no white space around it. */
  public abstract T parse(String text) throws InvalidValueException;

  /** Returns the index of the text in {@link #words}, ignoring case, or -1. */
  final int wordIndex(String text) {
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equalsIgnoreCase(text)) {
        return i;
      }
    }
    return -1;
  }

  /** One of a few words. */
  private static final class Choice<T> extends ValueParser<T> {
    private final List<T> values;

    /**
     * Creates a choice.
     *
     * @param values the values of the words, in the same order
     */
    Choice(String expected, List<T> values, String... words) {
      super(expected, words);
      this.values = values;
    }

    @Override
    public T parse(String text) throws InvalidValueException {
      int wordIndex = wordIndex(text);
      if (wordIndex < 0) {
        throw new InvalidValueException("");
      }
      return values.get(wordIndex);
    }
  }

  /** A whole number in a range. */
  private static final class Range extends ValueParser<Integer> {
    private final int min;
    private final int max;

    Range(String expected, int min, int max) {
      super(expected);
      this.min = min;
      this.max = max;
    }

    @Override
    public Integer parse(String text) throws InvalidValueException {
      long number = decimal(text);
      if (number < min || number > max) {
        throw new InvalidValueException("");
      }
      return (int) number;
    }
  }

  /** Any text; its user validates it. */
  static final ValueParser<String> TEXT =
      new ValueParser<String>("text") {
        @Override
        public String parse(String text) {
          return text;
        }
      };

  static final ValueParser<Boolean> BOOLEAN =
      new Choice<Boolean>("true or false", Arrays.asList(true, false), "true", "false");

  static final ValueParser<List<IpType>> IP_TYPES =
      new ValueParser<List<IpType>>(
          "PRIVATE, PUBLIC or PSC, or a list such as PSC;PRIVATE", "PRIVATE", "PUBLIC", "PSC") {
        @Override
        public List<IpType> parse(String text) throws InvalidValueException {
          List<IpType> types = new ArrayList<>();
          for (String part : split(text)) {
            int wordIndex = wordIndex(part);
            if (wordIndex < 0) {
              throw new InvalidValueException(
                  part.equals(text)
                      ? ""
                      : "where " + SettingsErrors.quoted(part) + " is not an IP type");
            }
            IpType type = IpType.valueOf(words.get(wordIndex));
            if (types.contains(type)) {
              throw new InvalidValueException("has " + type + " twice");
            }
            types.add(type);
          }
          return Collections.unmodifiableList(types);
        }
      };

  static final ValueParser<RefreshStrategy> REFRESH_STRATEGY =
      new Choice<RefreshStrategy>(
          "BACKGROUND or LAZY", Arrays.asList(RefreshStrategy.values()), "BACKGROUND", "LAZY");

  static final ValueParser<OnRemap> ON_REMAP =
      new Choice<OnRemap>("keep or close", Arrays.asList(OnRemap.values()), "keep", "close");

  static final ValueParser<List<String>> PROJECTS =
      new ValueParser<List<String>>("projects/PROJECT, or a list of them, separated by , or ;") {
        @Override
        public List<String> parse(String text) throws InvalidValueException {
          List<String> projects = split(text);
          for (String project : projects) {
            if (!InstanceName.isProject(project)) {
              throw new InvalidValueException(
                  "where " + SettingsErrors.quoted(project) + " is not a project");
            }
          }
          return projects;
        }
      };

  private static final String[] LEVELS = {"off", "error", "warn", "info", "debug", "trace"};

  static final ValueParser<String> LOG_LEVEL =
      new Choice<String>(
          "one of off, error, warn, info, debug, trace", Arrays.asList(LEVELS), LEVELS);

  /** True for JSON. */
  static final ValueParser<Boolean> LOG_FORMAT =
      new Choice<Boolean>("text or json", Arrays.asList(false, true), "text", "json");

  static final ValueParser<Integer> PORT = new Range("a port from 1 to 65535", 1, 65535);

  /** A number of warm tunnels, each of which uses one of the instance's connections. */
  static final ValueParser<Integer> COUNT = new Range("a number from 0 to 64", 0, 64);

  /** A duration in milliseconds. */
  public static final ValueParser<Long> DURATION =
      new ValueParser<Long>(
          "a duration such as 30s, 500ms or 2m (a number alone means seconds), above 0, at most"
              + " 60m") {
        private static final long MAX_MILLIS = 60 * 60 * 1000L;

        @Override
        public Long parse(String text) throws InvalidValueException {
          String lower = text.toLowerCase(Locale.ROOT);
          long unit = 1000;
          int unitLength = 1;
          if (lower.endsWith("ms")) {
            unit = 1;
            unitLength = 2;
          } else if (lower.endsWith("m")) {
            unit = 60 * 1000L;
          } else if (!lower.endsWith("s")) {
            unitLength = 0;
          }
          long number = decimal(lower.substring(0, lower.length() - unitLength).trim());
          if (number < 1 || number > MAX_MILLIS || number * unit > MAX_MILLIS) {
            throw new InvalidValueException("");
          }
          return number * unit;
        }
      };

  /** An interval in milliseconds; 0 if it is off. */
  static final ValueParser<Long> INTERVAL =
      new ValueParser<Long>("a duration such as 30s, at least 1s and at most 60m, or off", "off") {
        @Override
        public Long parse(String text) throws InvalidValueException {
          if (wordIndex(text) >= 0) {
            return 0L;
          }
          long millis = DURATION.parse(text);
          if (millis < 1000) {
            throw new InvalidValueException("");
          }
          return millis;
        }
      };

  /** A URL without a trailing slash. */
  static final ValueParser<String> ENDPOINT =
      new ValueParser<String>(
          "https://HOST[:PORT], or http:// with a loopback address: localhost, 127.x.y.z, [::1]") {
        @Override
        public String parse(String text) throws InvalidValueException {
          URI uri;
          try {
            uri = new URI(text);
          } catch (URISyntaxException e) {
            throw new InvalidValueException("is not a URL: " + e.getReason());
          }
          String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
          if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new InvalidValueException("does not begin with https://");
          }
          if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65535) {
            throw new InvalidValueException("has no host, or no port from 1 to 65535");
          }
          if (uri.getRawUserInfo() != null
              || uri.getRawQuery() != null
              || uri.getRawFragment() != null) {
            throw new InvalidValueException("has a user, a query or a fragment");
          }
          if (scheme.equals("http") && !isLoopback(uri.getHost())) {
            throw new InvalidValueException("would send access tokens in the clear");
          }
          int end = text.length();
          while (text.charAt(end - 1) == '/') {
            end--;
          }
          return text.substring(0, end);
        }
      };

  public static final ValueParser<File> READABLE_FILE =
      new ValueParser<File>("a file that can be read") {
        @Override
        public File parse(String text) throws InvalidValueException {
          File file = new File(text);
          if (!file.exists()) {
            throw new InvalidValueException("there is no such file: " + file.getAbsolutePath());
          }
          if (file.isDirectory()) {
            throw new InvalidValueException("is a directory");
          }
          if (!file.canRead()) {
            throw new InvalidValueException("this process cannot read it");
          }
          return file;
        }
      };

  static final ValueParser<File> APPENDABLE_FILE =
      new ValueParser<File>("a file to append to, in an existing directory") {
        @Override
        public File parse(String text) throws InvalidValueException {
          File file = new File(text);
          if (file.isDirectory()) {
            throw new InvalidValueException("is a directory");
          }
          File directory = file.getAbsoluteFile().getParentFile();
          if (directory == null || !directory.isDirectory()) {
            throw new InvalidValueException("there is no such directory: " + directory);
          }
          if (file.exists() ? !file.canWrite() : !directory.canWrite()) {
            throw new InvalidValueException("this process cannot write to it");
          }
          return file;
        }
      };

  static final ValueParser<List<String>> PACKAGES =
      new ValueParser<List<String>>("package names, separated by , or ;") {
        @Override
        public List<String> parse(String text) throws InvalidValueException {
          List<String> packages = split(text);
          for (String name : packages) {
            if (!isPackage(name)) {
              throw new InvalidValueException(
                  SettingsErrors.quoted(name) + " is not a package name");
            }
          }
          return packages;
        }
      };

  /** Part of an HTTP header, therefore ASCII without line breaks. */
  static final ValueParser<String> USER_AGENT =
      new ValueParser<String>("a product and its version, such as orders/1.2, in printable ASCII") {
        @Override
        public String parse(String text) throws InvalidValueException {
          for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
              throw new InvalidValueException("character " + (i + 1) + " is not printable ASCII");
            }
          }
          return text;
        }
      };

  /** The content of a credentials file, as it is or in Base64; a mapping can hold only Base64. */
  static final ValueParser<String> JSON =
      new ValueParser<String>("a JSON object, plain or in Base64") {
        @Override
        public String parse(String text) throws InvalidValueException {
          if (text.startsWith("{")) {
            return text;
          }
          try {
            String decoded =
                new String(Base64.getMimeDecoder().decode(text), StandardCharsets.UTF_8).trim();
            if (decoded.startsWith("{")) {
              return decoded;
            }
          } catch (IllegalArgumentException e) {
            // falls through to the exception below
          }
          throw new InvalidValueException("is neither");
        }
      };

  /** RFC 6750, section 2.1. */
  static final ValueParser<String> TOKEN =
      withoutSpaces("an OAuth access token: printable ASCII without spaces");

  static final ValueParser<String> WORD = withoutSpaces("a name: printable ASCII without spaces");

  static final ValueParser<String> DOMAIN =
      new ValueParser<String>("a domain such as googleapis.com") {
        @Override
        public String parse(String text) throws InvalidValueException {
          for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '.' && c != '-' && !Character.isLetterOrDigit(c)) {
              throw new InvalidValueException("has a '" + c + "'");
            }
          }
          return text;
        }
      };

  static final ValueParser<List<String>> ACCOUNTS =
      new ValueParser<List<String>>("e-mail addresses of service accounts, separated by , or ;") {
        @Override
        public List<String> parse(String text) throws InvalidValueException {
          List<String> accounts = split(text);
          for (String account : accounts) {
            if (account.indexOf('@') <= 0 || account.indexOf(' ') >= 0) {
              throw new InvalidValueException(
                  SettingsErrors.quoted(account) + " is not an e-mail address");
            }
          }
          return accounts;
        }
      };

  private static ValueParser<String> withoutSpaces(String expected) {
    return new ValueParser<String>(expected) {
      @Override
      public String parse(String text) throws InvalidValueException {
        for (int i = 0; i < text.length(); i++) {
          if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
            throw new InvalidValueException("character " + (i + 1) + " is not allowed");
          }
        }
        return text;
      }
    };
  }

  /** Returns the parts between commas or semicolons. */
  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == ',' || text.charAt(i) == ';') {
        parts.add(text.substring(from, i).trim());
        from = i + 1;
      }
    }
    return Collections.unmodifiableList(parts);
  }

  /** Returns the number, or -1 if the text is not a number of at most nine decimal digits. */
  private static long decimal(String text) {
    if (text.isEmpty() || text.length() > 9) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = number * 10 + (c - '0');
    }
    return number;
  }

  private static boolean isLoopback(String host) {
    if (host.equalsIgnoreCase("localhost") || host.equals("[::1]")) {
      return true;
    }
    if (!host.startsWith("127.")) {
      return false;
    }
    for (int i = 0; i < host.length(); i++) { // 127.evil.example is a name
      char c = host.charAt(i);
      if (c != '.' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPackage(String name) {
    boolean start = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '.' ? start : !Character.isJavaIdentifierPart(c)) {
        return false;
      }
      if (start && !Character.isJavaIdentifierStart(c)) {
        return false;
      }
      start = c == '.';
    }
    return !start;
  }
}
