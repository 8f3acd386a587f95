package io.github.alloydbagent.local;

/**
 * What stands behind every server-side proxy.
 *
 * @param postgres the database server
 * @param tokens who may come in
 * @param permissions what they may do
 */
record Backend(PostgresServer postgres, Tokens tokens, Permissions permissions) {}
