/**
 * A local AlloyDB: Admin API, token and metadata servers, and a server-side proxy in front of a
 * real PostgreSQL, for tests and for trying the agent without a cloud. Depends on no package of
 * this project, so that a mistake of the agent's is not repeated here.
 */
@NullMarked
package io.github.alloydbagent.local;

import org.jspecify.annotations.NullMarked;
