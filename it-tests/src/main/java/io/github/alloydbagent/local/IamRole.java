package io.github.alloydbagent.local;

/** The IAM roles that connecting takes, and discovery. */
public enum IamRole {
  /** Lets call the Admin API for a client certificate and connection info, and connect. */
  CLIENT("roles/alloydb.client"),
  /** Lets list instances. */
  VIEWER("roles/alloydb.viewer"),
  /** Lets use the project's quota, without which every API call is refused. */
  SERVICE_USAGE_CONSUMER("roles/serviceusage.serviceUsageConsumer"),
  /** Lets log in to the database as oneself. */
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
