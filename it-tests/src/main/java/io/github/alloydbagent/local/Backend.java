package io.github.alloydbagent.local;

/**
 * The dependencies that all server-side proxies share.
 *
 * @param postgres the database server
 * @param tokens the valid access tokens
 * @param permissions the IAM roles of each principal
 */
record Backend(PostgresServer postgres, Tokens tokens, Permissions permissions) {}
