package io.github.alloydbagent.local;

import java.util.Set;

/** The OAuth scopes that AlloyDB requires. */
final class Scopes {
  static final String CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";
  static final String ALLOYDB_LOGIN = "https://www.googleapis.com/auth/alloydb.login";

  private Scopes() {}

  static boolean allowApi(Set<String> scopes) {
    return scopes.contains(CLOUD_PLATFORM);
  }

  static boolean allowLogin(Set<String> scopes) {
    return scopes.contains(ALLOYDB_LOGIN) || scopes.contains(CLOUD_PLATFORM);
  }
}
