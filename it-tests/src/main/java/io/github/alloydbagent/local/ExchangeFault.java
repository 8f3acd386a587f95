package io.github.alloydbagent.local;

/**
 * A fault of a metadata exchange.
 *
 * @param kind the kind of fault
 * @param message the text of the error
 * @param length the response length to announce, in bytes
 */
public record ExchangeFault(Kind kind, String message, long length) {

  /** The kinds of fault. */
  public enum Kind {
    /** The response has the code ERROR. */
    ERROR,
    /** The server reads the request and never responds. */
    STALL,
    /** The response is correct and arrives in TLS records of one byte each; the tunnel works. */
    BYTE_BY_BYTE,
    /** The server sends a length and no response. */
    CLAIM,
    /** The server sends PostgreSQL's error message instead of a response. */
    POSTGRES_ERROR,
    /** The response has a correct length but is not a protocol buffer. */
    GARBAGE,
    /** The server reads the request and closes the connection. */
    HANG_UP
  }

  /** Responds with the code ERROR. */
  public static ExchangeFault error(String message) {
    return new ExchangeFault(Kind.ERROR, message, 0);
  }

  /** Never responds. */
  public static ExchangeFault stall() {
    return new ExchangeFault(Kind.STALL, "", 0);
  }

  /** Sends the correct response in TLS records of one byte each. */
  public static ExchangeFault byteByByte() {
    return new ExchangeFault(Kind.BYTE_BY_BYTE, "", 0);
  }

  /** Sends only a length, at most {@code 4294967295L}. */
  public static ExchangeFault claim(long length) {
    return new ExchangeFault(Kind.CLAIM, "", length);
  }

  /** Sends PostgreSQL's error message. */
  public static ExchangeFault postgresError(String message) {
    return new ExchangeFault(Kind.POSTGRES_ERROR, message, 0);
  }

  /** Sends a length and that many meaningless bytes. */
  public static ExchangeFault garbage() {
    return new ExchangeFault(Kind.GARBAGE, "", 40);
  }

  /** Closes the connection. */
  public static ExchangeFault hangUp() {
    return new ExchangeFault(Kind.HANG_UP, "", 0);
  }
}
