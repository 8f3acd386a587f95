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

/** Automatic IAM login: as whom, and what to say when the server does not let that one in. */
public final class IamLogin {
  /** The word for the credentials' own principal. */
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
   * The login to an instance; the login token must have been fetched.
   *
   * @param host the driver's own, with its port, for messages
   * @param iamUser the setting; null if the application names the user
   * @param firstPasswordRequest whether no earlier connection to the instance was asked for a
   *     password; called when one is
   * @throws IOException if the database user is to be the principal's, which cannot be found out
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
                + " has no e-mail address that the agent could find out. Set iam-user to the"
                + " database user of that principal.");
      }
    }
    return new IamLogin(host, instance, identity, user, firstPasswordRequest, log);
  }

  /** Whom to log in as in the application's place, or null. */
  public @Nullable String user() {
    return user;
  }

  /** The hint for somebody whom the server has refused as this user. */
  String hint(String asked) {
    return ErrorCode.IAM_LOGIN_REFUSED.driverMessage("the " + facts(asked));
  }

  /** Who is authorized, who asked, and what to do, as sentences. */
  public String advice(String asked) {
    return "The " + facts(asked);
  }

  private String facts(String asked) {
    String principal = identity.principal();
    String right = identity.databaseUser();
    String said = "; the connection asked for user \"" + asked + "\". ";
    if (right == null) {
      return "tunnel is authorised as "
          + principal
          + said
          + "Set iam-user to that principal's database user: its e-mail address, a service account's"
          + " without .gserviceaccount.com.";
    }
    String fact =
        "tunnel is authorised as "
            + principal
            + ", whose database user is \""
            + right
            + "\""
            + said;
    if (right.equals(asked)) {
      return fact
          + "That is the right one: check that the cluster has it as a database user of type IAM,"
          + " and that the principal has roles/alloydb.databaseUser in the instance's project.";
    }
    return fact
        + (user == null
            ? "Set iam-user=auto to log in as the former, whatever the application says."
            : "Set iam-user=auto, in the place of iam-user=" + user + ".");
  }

  /** Called when the server asks for a password; says so the first time. */
  void passwordAsked(String asked) {
    if (firstPasswordRequest.getAsBoolean()) {
      log.about(host, instance.uri())
          .warn(
              ErrorCode.PASSWORD_REQUESTED,
              "host "
                  + host
                  + ", which is mapped to "
                  + instance
                  + ": the server asks for a password, although enable-iam-auth is set. "
                  + advice(asked));
    }
  }
}
