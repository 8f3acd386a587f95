package io.github.alloydbagent.local;

/**
 * A way for a metadata exchange to go wrong.
 *
 * @param kind which way
 * @param message what the error says
 * @param length the length that is claimed, in bytes
 */
public record ExchangeFault(Kind kind, String message, long length) {

  /** The ways. */
  public enum Kind {
    /** An answer with the response code ERROR. */
    ERROR,
    /** The request is read and never answered. */
    STALL,
    /** The right answer, one byte in each TLS record; the tunnel works. */
    BYTE_BY_BYTE,
    /** A length without an answer behind it. */
    CLAIM,
    /** PostgreSQL's own error message instead of an answer. */
    POSTGRES_ERROR,
    /** A message of the right form on the outside that is no protocol buffer. */
    GARBAGE,
    /** The connection is closed once the request is read. */
    HANG_UP
  }

  /** An answer with the response code ERROR. */
  public static ExchangeFault error(String message) {
    return new ExchangeFault(Kind.ERROR, message, 0);
  }

  /** No answer, for as long as the client waits. */
  public static ExchangeFault stall() {
    return new ExchangeFault(Kind.STALL, "", 0);
  }

  /** The right answer, byte by byte. */
  public static ExchangeFault byteByByte() {
    return new ExchangeFault(Kind.BYTE_BY_BYTE, "", 0);
  }

  /** A length and nothing behind it; up to {@code 4294967295L}. */
  public static ExchangeFault claim(long length) {
    return new ExchangeFault(Kind.CLAIM, "", length);
  }

  /** PostgreSQL's own error message. */
  public static ExchangeFault postgresError(String message) {
    return new ExchangeFault(Kind.POSTGRES_ERROR, message, 0);
  }

  /** A length, and that many bytes without a meaning. */
  public static ExchangeFault garbage() {
    return new ExchangeFault(Kind.GARBAGE, "", 40);
  }

  /** The end of the connection. */
  public static ExchangeFault hangUp() {
    return new ExchangeFault(Kind.HANG_UP, "", 0);
  }
}
