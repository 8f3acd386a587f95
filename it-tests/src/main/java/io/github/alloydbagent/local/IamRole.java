package io.github.alloydbagent.local;

/** The IAM roles that connections and discovery need. */
public enum IamRole {
  /** Allows calls for a client certificate and connection info, and connections. */
  CLIENT("roles/alloydb.client"),
  /** Allows listing instances. */
  VIEWER("roles/alloydb.viewer"),
  /** Allows using the project's quota; every API call needs it. */
  SERVICE_USAGE_CONSUMER("roles/serviceusage.serviceUsageConsumer"),
  /** Allows logging in to the database with IAM. */
  DATABASE_USER("roles/alloydb.databaseUser");

  private final String id;

  IamRole(String id) {
    this.id = id;
  }

  @Override
  public String toString() {
    return id;
  }
}
