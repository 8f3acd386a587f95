package io.github.alloydbagent.credentials;

/** What a token is for; the scopes are those of Google's own connectors. */
public enum Scope {
  /** Calls of the Admin API. */
  API("https://www.googleapis.com/auth/cloud-platform"),
  /** The metadata exchange with an instance, whatever the kind of database login. */
  LOGIN("https://www.googleapis.com/auth/alloydb.login");

  final String url;

  Scope(String url) {
    this.url = url;
  }
}
