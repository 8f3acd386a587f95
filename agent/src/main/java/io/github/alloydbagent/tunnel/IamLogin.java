package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.log.Log;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Automatic IAM login: as whom, and what to say when the server does not let that one in. */
final class IamLogin {
  /** The word for the credentials' own principal. */
  private static final String AUTO = "auto";

  private final String host;
  private final Target target;
  private final Log log;
  private final @Nullable String user;

  private IamLogin(String host, Target target, Log log, @Nullable String user) {
    this.host = host;
    this.target = target;
    this.log = log;
    this.user = user;
  }

  /**
   * The login to a target for which it is set, its login token being there.
   *
   * @param host the driver's own, with its port, for messages
   * @throws IOException if the database user is to be the principal's, which cannot be found out
   */
  static IamLogin of(String host, Target target, Log log) throws IOException {
    String set = target.settings().iamUser();
    if (set == null || !set.toLowerCase(Locale.ROOT).equals(AUTO)) {
      return new IamLogin(host, target, log, set);
    }
    String known = target.identity().databaseUser();
    if (known == null) {
      throw new IOException(
          "iam-user=auto is set, but "
              + target.identity().principal()
              + " has no e-mail address that the agent could find out. Set iam-user to the"
              + " database user of that principal.");
    }
    return new IamLogin(host, target, log, known);
  }

  /** Whom to log in as in the application's place, or null. */
  @Nullable String user() {
    return user;
  }

  /** What to tell somebody whom the server has refused as this user. */
  String advice(String asked) {
    Identity identity = target.identity();
    String principal = identity.principal();
    String right = identity.databaseUser();
    String said = "; the connection asked for user \"" + asked + "\". ";
    if (right == null) {
      return "AlloyDB Agent: the tunnel is authorised as "
          + principal
          + said
          + "Set iam-user to that principal's database user: its e-mail address, a service account's"
          + " without .gserviceaccount.com.";
    }
    String fact =
        "AlloyDB Agent: the tunnel is authorised as "
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
    if (target.asksForAPasswordForTheFirstTime()) {
      log.about(host, target.instance().uri())
          .warn(
              "host "
                  + host
                  + ", which is mapped to "
                  + target.instance()
                  + ": the server asks for a password, although enable-iam-auth is set. "
                  + advice(asked).replaceFirst("^AlloyDB Agent: the", "The"));
    }
  }
}
