package io.github.alloydbagent.util;

import org.jspecify.annotations.Nullable;

/**
 * The stable codes of failures. Every message that reaches the application's driver, and every
 * warning and error in the log, begins with one; {@code docs/troubleshooting.md} has a section for
 * each. A code stands for a cause that has a remedy of its own, not for a sentence, and is never
 * given to another cause. Only failures load this class.
 *
 * <p>The entry point of the JVM, which must not load the agent's classes, has codes of its own:
 * {@code bootstrap.BootstrapCodes}.
 */
public enum ErrorCode {
  // settings
  SETTINGS_INVALID("AAJ-101"),
  SETTING_UNKNOWN("AAJ-102"),
  SETTING_DUPLICATE("AAJ-103"),
  SETTING_MISPLACED("AAJ-104"),
  SETTINGS_CONFLICT("AAJ-105"),
  VALUE_INVALID("AAJ-106"),
  FILE_UNUSABLE("AAJ-107"),
  MAPPING_INVALID("AAJ-108"),
  HOST_INVALID("AAJ-109"),
  INSTANCE_NAME_INVALID("AAJ-110"),
  FOREIGN_SETTING("AAJ-111"),
  DEFAULT_USED("AAJ-112"),
  IAM_USER_UNUSED("AAJ-113"),
  ENVIRONMENT_UNREADABLE("AAJ-114"),

  // credentials and tokens
  NO_DEFAULT_CREDENTIALS("AAJ-201"),
  CREDENTIALS_UNUSABLE("AAJ-202"),
  CHANGED_CREDENTIALS_UNUSABLE("AAJ-203"),
  CREDENTIALS_REFUSED("AAJ-204"),
  TOKEN_SERVER_FAILED("AAJ-205"),
  IMPERSONATION_DENIED("AAJ-206"),
  TOKEN_EXPIRED("AAJ-207"),
  IAM_USER_UNKNOWN("AAJ-208"),
  TOKEN_TIMEOUT("AAJ-209"),

  // Admin API
  API_TOKEN_REJECTED("AAJ-301"),
  API_PERMISSION_DENIED("AAJ-302"),
  API_NOT_FOUND("AAJ-303"),
  API_QUOTA_EXCEEDED("AAJ-304"),
  API_UNAVAILABLE("AAJ-305"),
  API_REFUSED("AAJ-306"),
  API_UNREACHABLE("AAJ-307"),
  API_UNTRUSTED("AAJ-308"),
  API_REDIRECTED("AAJ-309"),
  API_RESPONSE_INVALID("AAJ-310"),
  ISSUED_CERTIFICATE_EXPIRED("AAJ-311"),
  STATIC_INFO_UNUSABLE("AAJ-312"),
  STATIC_CERTIFICATE_EXPIRED("AAJ-313"),
  API_TIMEOUT("AAJ-314"),

  // TCP, names and proxies
  TCP_REFUSED("AAJ-401"),
  TCP_TIMEOUT("AAJ-402"),
  TCP_FAILED("AAJ-403"),
  NAME_UNRESOLVED("AAJ-404"),
  NO_ADDRESS("AAJ-405"),
  SOCKS_PROXY_UNREACHABLE("AAJ-406"),
  SOCKS_LOGIN_FAILED("AAJ-407"),
  SOCKS_PROXY_REFUSED("AAJ-408"),
  HTTP_PROXY_FAILED("AAJ-409"),
  PROXY_SETTING_INVALID("AAJ-410"),

  // TLS with the instance
  TLS_NOT_ALLOYDB("AAJ-501"),
  TLS_CLOSED("AAJ-502"),
  SERVER_CERTIFICATE_AUTHORITY("AAJ-503"),
  SERVER_CERTIFICATE_ADDRESS("AAJ-504"),
  SERVER_CERTIFICATE_DATE("AAJ-505"),
  SERVER_CERTIFICATE_WEAK("AAJ-506"),
  SERVER_CERTIFICATE_USE("AAJ-507"),
  SERVER_CERTIFICATE_DISABLED("AAJ-508"),
  TLS_RESTRICTED_BY_JVM("AAJ-509"),
  TLS_TIMEOUT("AAJ-510"),
  SERVER_CERTIFICATE_UNVERIFIED("AAJ-511"),

  // metadata exchange and login
  EXCHANGE_REFUSED("AAJ-601"),
  EXCHANGE_NOT_ALLOYDB("AAJ-602"),
  EXCHANGE_CLOSED("AAJ-603"),
  EXCHANGE_TIMEOUT("AAJ-604"),
  IAM_LOGIN_REFUSED("AAJ-605"),
  PASSWORD_REQUESTED("AAJ-606"),

  // the driver and its weaving; 703 to 706 are in bootstrap
  DRIVER_UNKNOWN("AAJ-701"),
  DRIVER_WITHOUT_TUNNEL("AAJ-702"),
  ENCRYPTION_NOT_WOVEN("AAJ-707"),
  DRIVER_WOVEN_TWICE("AAJ-708"),
  NEEDS_JAVA_9("AAJ-709"),

  // discovery and remapping
  INSTANCES_UNKNOWN("AAJ-801"),
  LISTING_TIMEOUT("AAJ-802"),
  ADDRESS_AMBIGUOUS("AAJ-803"),
  LISTING_INCOMPLETE("AAJ-804"),
  ADDRESS_INVALID("AAJ-805"),
  LISTING_CHANGED("AAJ-806"),
  REMAPPED("AAJ-807"),
  NOT_MAPPED_ANY_MORE("AAJ-808"),
  REMAP_REJECTED("AAJ-809"),
  REMAP_FAILED("AAJ-810"),
  LOOPBACK_NOT_MAPPED("AAJ-811"),

  // start and environment; 901 and 908 to 910 are in bootstrap
  RUNTIME_NOT_STARTED("AAJ-902"),
  NO_TLS_1_3("AAJ-903"),
  TRUST_ANCHORS_UNREADABLE("AAJ-904"),
  NO_FILE_DESCRIPTORS("AAJ-905"),
  STARTING_TIMEOUT("AAJ-906"),
  INTERRUPTED("AAJ-907"),
  LOG_FILE_FAILED("AAJ-911"),
  HTTP_PORT_FAILED("AAJ-912"),
  JMX_FAILED("AAJ-913"),
  FILE_EXPOSED("AAJ-914"),
  CLASS_UNUSABLE("AAJ-915"),
  UNEXPECTED("AAJ-999");

  /** What every code begins with. */
  public static final String PREFIX = "AAJ-";

  /** The length of a code, in characters. */
  public static final int LENGTH = PREFIX.length() + 3;

  /** What every message for the application's driver begins with. */
  private static final String AGENT = "AlloyDB Agent: ";

  private final String code;

  ErrorCode(String code) {
    this.code = code;
  }

  /** The code itself, such as {@code AAJ-401}. */
  @Override
  public String toString() {
    return code;
  }

  /** A message that begins with the code: {@code AAJ-401: no connection to ...}. */
  public String message(String text) {
    return code + ": " + text;
  }

  /** A message for the application's driver: {@code AlloyDB Agent: AAJ-401: ...}. */
  public String driverMessage(String text) {
    return AGENT + message(text);
  }

  /** The code that a message begins with, for drivers or not; null if there is none. */
  public static @Nullable String findIn(String message) {
    int start = message.startsWith(AGENT) ? AGENT.length() : 0;
    return message.startsWith(PREFIX, start) && message.length() > start + LENGTH
        ? message.substring(start, start + LENGTH)
        : null;
  }

  /**
   * The code of the first exception in the chain of causes that has one.
   *
   * @param otherwise the code if none has one
   */
  public static ErrorCode of(Throwable failure, ErrorCode otherwise) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof Coded) {
        return ((Coded) at).errorCode();
      }
    }
    return ExceptionMessages.fileLimitHint(failure).isEmpty() ? otherwise : NO_FILE_DESCRIPTORS;
  }
}
