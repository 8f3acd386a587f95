/**
 * The parts of PostgreSQL's protocol that the agent handles: the startup message, login responses,
 * and hints in error responses.
 */
@NullMarked
package io.github.alloydbagent.tunnel.postgres;

import org.jspecify.annotations.NullMarked;
