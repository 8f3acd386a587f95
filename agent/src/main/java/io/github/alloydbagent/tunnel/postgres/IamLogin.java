package io.github.alloydbagent.tunnel.postgres;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The automatic IAM login: its database user, and the advice if the server refuses that user. */
public final class IamLogin {
  /** Selects the credentials' own principal. */
  private static final String AUTO = "auto";

  private final String host;
  private final InstanceName instance;
  private final Identity identity;
  private final BooleanSupplier firstPasswordRequest;
  private final Log log;
  private final @Nullable String user;

  private IamLogin(
      String host,
      InstanceName instance,
      Identity identity,
      @Nullable String user,
      BooleanSupplier firstPasswordRequest,
      Log log) {
    this.host = host;
    this.instance = instance;
    this.identity = identity;
    this.user = user;
    this.firstPasswordRequest = firstPasswordRequest;
    this.log = log;
  }

  /**
   * Creates the login to an instance; the login token must have been fetched.
   *
   * @param host the host and port as the driver specified them, for messages
   * @param iamUser the setting, or null if the application specifies the user
   * @param firstPasswordRequest returns true on the first call; called when the server requests a
   *     password
   * @throws IOException if the principal's database user is required but cannot be determined
   */
  public static IamLogin of(
      String host,
      InstanceName instance,
      Identity identity,
      @Nullable String iamUser,
      BooleanSupplier firstPasswordRequest,
      Log log)
      throws IOException {
    String user = iamUser;
    if (iamUser != null && iamUser.toLowerCase(Locale.ROOT).equals(AUTO)) {
      user = identity.databaseUser();
      if (user == null) {
        throw new CodedException(
            ErrorCode.IAM_USER_UNKNOWN,
            "iam-user=auto is set, but "
                + identity.principal()
                + " has no e-mail address that the agent can determine. Set iam-user to the"
                + " database user of that principal.");
      }
    }
    return new IamLogin(host, instance, identity, user, firstPasswordRequest, log);
  }

  /** Returns the user to log in as instead of the application's user, or null. */
  public @Nullable String user() {
    return user;
  }

  /** The hint for a login that the server has refused for this user. */
  String hint(String requestedUser) {
    return ErrorCode.IAM_LOGIN_REFUSED.driverMessage("the " + facts(requestedUser));
  }

  /** Returns the principal of the tunnel, the requested user and what to do, as sentences. */
  public String advice(String requestedUser) {
    return "The " + facts(requestedUser);
  }

  private String facts(String requestedUser) {
    String principal = identity.principal();
    String expectedUser = identity.databaseUser();
    String requestedClause = "; the connection requested user \"" + requestedUser + "\". ";
    if (expectedUser == null) {
      return "tunnel is authorized as "
          + principal
          + requestedClause
          + "Set iam-user to that principal's database user: its e-mail address, a service account's"
          + " without .gserviceaccount.com.";
    }
    String fact =
        "tunnel is authorized as "
            + principal
            + ", whose database user is \""
            + expectedUser
            + "\""
            + requestedClause;
    if (expectedUser.equals(requestedUser)) {
      return fact
          + "That user is correct: check that the cluster has it as a database user of type IAM,"
          + " and that the principal has roles/alloydb.databaseUser in the instance's project.";
    }
    return fact
        + (user == null
            ? "Set iam-user=auto to log in as the former, regardless of the user that the"
                + " application sets."
            : "Set iam-user=auto instead of iam-user=" + user + ".");
  }

  /** Called when the server requests a password; logs a warning the first time. */
  void passwordRequested(String requestedUser) {
    if (firstPasswordRequest.getAsBoolean()) {
      log.about(host, instance.uri())
          .warn(
              ErrorCode.PASSWORD_REQUESTED,
              "host "
                  + host
                  + ", which is mapped to "
                  + instance
                  + ": the server asks for a password, although enable-iam-auth is set. "
                  + advice(requestedUser));
    }
  }
}
