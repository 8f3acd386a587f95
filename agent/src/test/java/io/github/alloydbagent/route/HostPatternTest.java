package io.github.alloydbagent.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternTest {

  @ParameterizedTest
  @CsvSource({
    "orders-db, orders-db, 5432",
    "orders-db, ORDERS-DB, 1",
    "Orders-DB, orders-db, 5432",
    "orders-db, orders-db., 5432",
    "orders-db., orders-db, 5432",
    "orders-db.:5432, ORDERS-DB, 5432",
    "orders_db, orders_db, 5432",
    "orders-db:5433, orders-db, 5433",
    "10.1.2.3, 10.1.2.3, 5432",
    "::1, [::1], 5432",
    "::1, 0:0:0:0:0:0:0:1, 5432",
    "[::1], ::1, 5432",
    "[::1]:5432, [0:0:0:0:0:0:0:1], 5432",
    "[2001:DB8::A], 2001:db8:0:0:0:0:0:a, 5432",
    "fe80::1%eth0, [fe80::1%eth0], 5432",
    "::ffff:10.1.2.3, 10.1.2.3, 5432",
    "64:ff9b::10.1.2.3, 64:ff9b::a01:203, 5432",
    "::1:5432, [::1:5432], 7",
    "*.db.example, a.db.example, 5432",
    "*.db.example, A.DB.Example., 5432",
    "*.db.example:5432, a.db.example, 5432",
    "bücher.example, BÜCHER.EXAMPLE, 5432",
    "bücher.example, xn--bcher-kva.example, 5432",
    "XN--BCHER-KVA.example, Bücher.example., 5432",
    "*.bücher.example, a.xn--bcher-kva.example, 5432",
    "*.example, bücher.example, 5432",
    "bu\u0308cher.example, bücher.example, 5432",
    "orders-db, ｏｒｄｅｒｓ－ｄｂ, 5432",
    "orders.db, orders。db, 5432",
    "127.0.0.2, 127.2, 5432",
    "127.0.0.2, 127.0.2, 5432",
    "127.0.0.2, 2130706434, 5432",
    "127.0.0.2, 127.000.000.002, 5432",
    "127.0.0.2, 127.0.0.2., 5432",
    "127.0.0.2, 0x7f.0.0.2, 5432",
    "127.0.0.2, 0X7F000002, 5432",
    "127.0.0.2, 017700000002, 5432",
    "127.0.0.2, 127.0.0.0x2, 5432",
    "127.0.0.2, '127.0.0.2 x', 5432",
    "127.0.0.2, １２７.0.0.2, 5432",
    "127.0.0.2, ١٢٧.0.0.2, 5432",
    "127.0.0.2, 127。0。0。2, 5432",
    "127.2, 127.0.0.2, 5432",
    "10.1.2, 10.1.0.2, 5432",
    "010.1.2.3, 10.1.2.3, 5432",
    "177.0.0.2, 0177.0.0.2, 5432",
    "87.0.0.2, 0000000127.0.0.02, 5432",
    "::1, [::1%lo], 5432",
    "::1, ::1%1, 5432",
    "::1%lo, ::1, 5432",
    "fe80::1, fe80::1%eth0, 5432",
    "fe80::1, '[fe80::1%a b]', 5432",
    "::1, ::00000001, 5432",
    "::1, ::0.0.0.1, 5432",
    "::1, ::１, 5432",
    "::1, ：：1, 5432",
    "127.0.0.2, ::ffff:127.0.0.2, 5432",
    "127.0.0.2, ::FFFF:127.0.0.002, 5432",
    "127.0.0.2, [::ffff:7f00:2], 5432",
  })
  void matches(String pattern, String host, int port) {
    assertThat(isMatch(HostPattern.parse(pattern), host, port)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "orders-db, orders-db2, 5432",
    "orders-db, orders, 5432",
    "orders-db:5433, orders-db, 5432",
    "[::1]:5432, ::1, 5433",
    "::1, ::2, 5432",
    "fe80::1%eth0, fe80::1%eth1, 5432",
    "fe80::1%eth0, fe80::1, 5432",
    "127.0.0.2, 0177.0.0.2, 5432",
    "127.0.0.2, 127.3, 5432",
    "127.0.0.2, 127.0.0.2.x, 5432",
    "127.0.0.2, 127.0.0.0x, 5432",
    "127.0.0.2, 127.0.0.08x2, 5432",
    "127.0.0.2, ::127.0.0.2, 5432",
    "127.0.0.2, ::ffff:127.2, 5432",
    "localhost, 127.0.0.1, 5432",
    "localhost, ::1, 5432",
    "127.0.0.1, ::1, 5432",
    "bücher.example, bucher.example, 5432",
    "*.db.example, db.example, 5432",
    "*.db.example, a.b.db.example, 5432",
    "*.db.example, .db.example, 5432",
    "*.db.example:5432, a.db.example, 5433",
  })
  void doesNotMatch(String pattern, String host, int port) {
    assertThat(isMatch(HostPattern.parse(pattern), host, port)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                | the host is empty",
        ":5432             | the host is empty",
        "*.                | * is allowed only as the whole first label",
        "orders db         | a host cannot contain ' '",
        "orders/db         | a host cannot contain '/'",
        "user@orders-db    | a host cannot contain '@'",
        "*                 | * is allowed only as the whole first label",
        "db.*.example      | * is allowed only as the whole first label",
        "*.*.example       | * is allowed only as the whole first label",
        "*.1.2.3           | *. is allowed before a name, not before an address",
        "a..b              | it has an empty label",
        ".a                | it has an empty label",
        "a..               | it has an empty label",
        "10.1.2.256        | it is neither a name nor an IPv4 address",
        "1.2.3.4.5         | it is neither a name nor an IPv4 address",
        "10.1.70000        | it is neither a name nor an IPv4 address",
        "4294967296        | it is neither a name nor an IPv4 address",
        "orders\u200b-db  | a host cannot contain U+200B (ZERO WIDTH SPACE)",
        "\ufefforders-db  | a host cannot contain U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
        "orders\u00addb   | a host cannot contain U+00AD (SOFT HYPHEN)",
        "orders\u00a0db   | a host cannot contain U+00A0 (NO-BREAK SPACE)",
        "orders\u3164db   | a host cannot contain U+3164 (HANGUL FILLER)",
        "127.0.0.2 x       | a host cannot contain ' '",
        "a:0               | \":0\", is not a port from 1 to 65535",
        "a:65536           | \":65536\", is not a port from 1 to 65535",
        "a:4294972728      | is not a port from 1 to 65535",
        "a:                | \":\", is not a port from 1 to 65535",
        "a:-1              | is not a port from 1 to 65535",
        "a:٥٤٣٢            | is not a port from 1 to 65535",
        "[::1              | is not an IPv6 address in brackets",
        "[orders]:1        | is not an IPv6 address in brackets",
        "[1.2.3.4::1]      | is not an IPv6 address in brackets",
        "[::1]5432         | \"5432\", is not a port from 1 to 65535",
        "a:b:c             | not an IPv6 address; an address with a port needs brackets",
        "1:2:3:4:5:6:7     | not an IPv6 address",
        "1:2:3:4:5:6:7:8:9 | not an IPv6 address",
        "1::2::3           | not an IPv6 address",
        "1:2:3:4:5:6:7:8:: | not an IPv6 address",
        ":::1              | not an IPv6 address",
        "1::2:             | not an IPv6 address",
        "12345::1          | not an IPv6 address",
        "::1.2.3.256       | not an IPv6 address",
        "fe80::1%          | not an IPv6 address",
        "fe80::1%eth0:5432 | not an IPv6 address; an address with a port needs brackets",
        "fe80::1%eth0]     | not an IPv6 address",
      })
  void rejectsInvalidPatterns(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostPattern.parse(text))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.2.3",
        "10.1",
        "167837955",
        "0x7f",
        "0X7F.1",
        "127.2.",
        "１２７.0.0.2",
        "::1",
        "[::1%lo]",
        "127。0。0。2",
        "10.1.2.256",
        "db.10"
      })
  void recognizesAddressesInEverySpelling(String host) {
    assertThat(HostPattern.isAddress(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "orders-db", "db1", "10.1.example", "10.db1", "0xdb.example"})
  void recognizesNames(String host) {
    assertThat(HostPattern.isAddress(host)).isFalse();
  }

  @Test
  void isEqualInEverySpelling() {
    assertThat(HostPattern.parse("[0:0::0:1]:5432"))
        .isEqualTo(HostPattern.parse("[::1]:5432"))
        .hasSameHashCodeAs(HostPattern.parse("[::1]:5432"))
        .isNotEqualTo(HostPattern.parse("[::1]"));
    assertThat(HostPattern.parse("A.example."))
        .isEqualTo(HostPattern.parse("a.example"))
        .isNotEqualTo(HostPattern.parse("*.a.example"))
        .isNotEqualTo("a.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a:1", "*.b.c", "*.b.c:1", "[0:0:0:0:0:0:0:1]:1"})
  void hasACanonicalText(String text) {
    assertThat(HostPattern.parse(text)).hasToString(text);
  }

  @Test
  void ignoresCaseInATurkishLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    try {
      assertThat(isMatch(HostPattern.parse("INVOICES.DB"), "invoices.db", 5432)).isTrue();
      assertThat(isMatch(HostPattern.parse("invoices.db"), "INVOICES.DB", 5432)).isTrue();
      assertThat(isMatch(HostPattern.parse("dürüm.db"), "DÜRÜM.DB", 5432)).isTrue();
      assertThat(isMatch(HostPattern.parse("invoices.db"), "ＩＮＶＯＩＣＥＳ.DB", 5432)).isTrue();
    } finally {
      Locale.setDefault(before);
    }
  }

  private static boolean isMatch(HostPattern pattern, String host, int port) {
    return Routes.of(Map.of(pattern, "")).find(host, port) != null;
  }
}
