/**
 * Simulates AlloyDB (Admin API, token and metadata servers, and a server-side proxy in front of a
 * real PostgreSQL) for tests and for trying the agent without a cloud. Depends on no other package
 * of this project, so that it cannot share the agent's bugs.
 */
@NullMarked
package io.github.alloydbagent.local;

import org.jspecify.annotations.NullMarked;
