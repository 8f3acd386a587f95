package io.github.alloydbagent.credentials;

/** The purposes of tokens, with the OAuth scopes that Google's own connectors use. */
public enum Scope {
  /** Calls of the Admin API. */
  API("https://www.googleapis.com/auth/cloud-platform"),
  /** The metadata exchange with an instance, for every kind of database login. */
  LOGIN("https://www.googleapis.com/auth/alloydb.login");

  final String url;

  Scope(String url) {
    this.url = url;
  }
}
