package apps;

import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Writes loopback addresses in many spellings, and compares what this JVM resolves each to with the
 * mapping that the agent finds for it. It uses only spellings that need no name server and only
 * loopback addresses, and does not connect. Its arguments: a seed, and the number of spellings.
 * Prints each difference, then the counts.
 *
 * <p>The agent's classes are on the class path and are called by reflection.
 */
public final class HostSpellings {
  private static final int PORT = 5432;
  private static final String[] MAPPED = {
    "127.0.0.1", "127.0.0.2", "127.0.3.4", "127.5.6.7", "127.255.255.254", "::1"
  };

  /**
   * True for older JDKs and those with this property, which resolve more spellings with the C
   * library.
   */
  private static final boolean LENIENT =
      Boolean.getBoolean("jdk.net.allowAmbiguousIPAddressLiterals");

  private final Random random;
  private final Object routes;
  private final Method find;
  private final Method parse;
  private final String zone;
  private int resolved;
  private int found;
  private int disagreements;

  private HostSpellings(long seed) throws Exception {
    random = new Random(seed);
    Class<?> pattern = Class.forName("io.github.alloydbagent.route.HostPattern");
    Class<?> table = Class.forName("io.github.alloydbagent.route.Routes");
    parse = pattern.getMethod("parse", String.class);
    find = table.getMethod("find", String.class, int.class);
    Map<Object, String> targets = new LinkedHashMap<>();
    for (String literal : MAPPED) {
      targets.put(parse.invoke(null, literal), literal);
    }
    routes = table.getMethod("of", Map.class).invoke(null, targets);
    NetworkInterface loopback =
        NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
    zone = loopback == null ? "1" : loopback.getName();
  }

  public static void main(String[] arguments) throws Exception {
    HostSpellings spellings = new HostSpellings(Long.parseLong(arguments[0]));
    int count = Integer.parseInt(arguments[1]);
    for (int i = 0; i < count; i++) {
      spellings.tryOne();
    }
    System.out.println("resolved: " + spellings.resolved);
    System.out.println("mapped: " + spellings.found);
    System.out.println("disagreements: " + spellings.disagreements);
  }

  private void tryOne() throws Exception {
    byte[] address = address();
    String literal = InetAddress.getByAddress(address).getHostAddress();
    boolean[] strict = {true};
    String spelling = address.length == 4 ? ipv4(address, strict) : ipv6();
    String expected = target(address);
    Object actual = find.invoke(routes, spelling, PORT);
    found += actual == null ? 0 : 1;
    if (!String.valueOf(expected).equals(String.valueOf(actual))) {
      disagree(spelling, "is " + literal + ", and the agent has " + actual);
    }
    if (!parse
        .invoke(null, literal.indexOf(':') < 0 ? literal : "::1")
        .equals(parse.invoke(null, spelling))) {
      disagree(spelling, "is not " + literal + " in a mapping");
    }
    if (strict[0] || LENIENT) {
      try {
        byte[] seen = InetAddress.getByName(spelling).getAddress();
        resolved++;
        if (!Arrays.equals(seen, address)) {
          disagree(spelling, "should be " + literal + ", but the JVM has " + Arrays.toString(seen));
        }
      } catch (UnknownHostException e) {
        disagree(spelling, "does not resolve: " + e.getMessage());
      }
    }
  }

  private void disagree(String spelling, String how) {
    disagreements++;
    if (disagreements < 20) {
      System.out.println("\"" + spelling + "\" " + how);
    }
  }

  /** Returns a mapped address, a neighboring one, or any address of 127.0.0.0/8. */
  private byte[] address() throws UnknownHostException {
    byte[] address =
        InetAddress.getByName(MAPPED[random.nextInt(MAPPED.length)]).getAddress().clone();
    if (address.length == 4 && random.nextInt(3) == 0) {
      address[1 + random.nextInt(3)] = (byte) random.nextInt(256);
    }
    return address;
  }

  /** Returns the mapped literal with this address, or null. */
  private static String target(byte[] address) throws UnknownHostException {
    for (String literal : MAPPED) {
      if (Arrays.equals(InetAddress.getByName(literal).getAddress(), address)) {
        return literal;
      }
    }
    return null;
  }

  /**
   * @param strict set to false if only lenient JDKs parse the spelling as an address
   */
  private String ipv4(byte[] address, boolean[] strict) {
    switch (random.nextInt(6)) {
      case 0:
        return mapped(address);
      case 1:
        strict[0] = false;
        return posix(address);
      case 2:
        strict[0] = false;
        return otherDigits(decimal(address));
      default:
        return decimal(address);
    }
  }

  /** Splits the address into one to four parts; the last part contains all remaining bytes. */
  private static List<Long> parts(byte[] address, int count) {
    List<Long> parts = new ArrayList<>();
    long last = 0;
    for (int i = 0; i < 4; i++) {
      if (i < count - 1) {
        parts.add((long) (address[i] & 0xff));
      } else {
        last = last << 8 | (address[i] & 0xff);
      }
    }
    parts.add(last);
    return parts;
  }

  /** Returns decimal parts with leading zeros, up to 15 characters. */
  private String decimal(byte[] address) {
    List<String> parts = new ArrayList<>();
    for (long part : parts(address, 1 + random.nextInt(4))) {
      parts.add(String.valueOf(part));
    }
    String text = String.join(".", parts);
    while (text.length() < 15 && random.nextInt(3) > 0) {
      int i = random.nextInt(parts.size());
      parts.set(i, "0" + parts.get(i));
      text = String.join(".", parts);
    }
    return text;
  }

  /** Returns octal and hexadecimal parts, except those that InetAddress would parse as decimal. */
  private String posix(byte[] address) {
    List<Long> numbers = parts(address, 1 + random.nextInt(4));
    List<String> parts = new ArrayList<>();
    boolean hexadecimal = false;
    for (int i = 0; i < numbers.size(); i++) {
      long number = numbers.get(i);
      boolean needed = i == numbers.size() - 1 && !hexadecimal;
      switch (needed ? 0 : random.nextInt(3)) {
        case 0:
          hexadecimal = true;
          String digits = zeros() + Long.toHexString(number);
          parts.add(random.nextBoolean() ? "0x" + digits : "0X" + digits.toUpperCase(Locale.ROOT));
          break;
        case 1:
          parts.add("0" + zeros() + Long.toOctalString(number));
          break;
        default:
          parts.add(String.valueOf(number));
      }
    }
    return String.join(".", parts);
  }

  private String zeros() {
    StringBuilder zeros = new StringBuilder();
    while (random.nextInt(3) == 0) {
      zeros.append('0');
    }
    return zeros.toString();
  }

  /** Replaces some digits by those of other scripts: full-width, Arabic-Indic, Devanagari. */
  private String otherDigits(String text) {
    char zero = "\uff10\u0660\u0966".charAt(random.nextInt(3));
    StringBuilder other = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean changes = c != '.' && (i == 0 || random.nextBoolean());
      other.append(changes ? (char) (zero + (c - '0')) : c);
    }
    return other.toString();
  }

  /** Returns an IPv4-mapped IPv6 address. */
  private String mapped(byte[] address) {
    String tail;
    if (random.nextBoolean()) {
      List<String> parts = new ArrayList<>();
      for (long part : parts(address, 4)) {
        String text = String.valueOf(part);
        parts.add(text.length() < 3 && random.nextInt(3) == 0 ? "0" + text : text);
      }
      tail = String.join(".", parts);
    } else {
      tail =
          group((address[0] & 0xff) << 8 | (address[1] & 0xff))
              + ":"
              + group((address[2] & 0xff) << 8 | (address[3] & 0xff));
    }
    String head =
        random.nextBoolean() ? "::" : group(0) + ":0:" + group(0) + ":0:" + group(0) + ":";
    return bracketed(head + (random.nextBoolean() ? "ffff:" : "FfFF:") + tail);
  }

  /** Returns a spelling of ::1. */
  private String ipv6() {
    List<String> groups = new ArrayList<>();
    boolean decimals = random.nextInt(4) == 0;
    int count = decimals ? 6 : 7;
    for (int i = 0; i < count; i++) {
      groups.add(group(0));
    }
    groups.add(decimals ? "0.0.0.1" : group(1));
    String text = String.join(":", groups);
    if (random.nextBoolean()) {
      int from = random.nextInt(count);
      int to = from + 1 + random.nextInt(count - from);
      text =
          String.join(":", groups.subList(0, from))
              + "::"
              + String.join(":", groups.subList(to, groups.size()));
    }
    switch (random.nextInt(4)) {
      case 0:
        return bracketed(text + "%" + zone);
      case 1:
        return bracketed(text + "%" + random.nextInt(3));
      default:
        return bracketed(text);
    }
  }

  private String group(int value) {
    String text = zeros() + Integer.toHexString(value);
    return random.nextBoolean() ? text : text.toUpperCase(Locale.ROOT);
  }

  private String bracketed(String text) {
    return random.nextBoolean() ? "[" + text + "]" : text;
  }
}
