/**
 * Tests of the agent with invalid settings and with faults of every kind, and of the messages that
 * an ordinary JDBC program receives, in real JVMs with the published jar.
 */
@NullMarked
package io.github.alloydbagent.failure;

import org.jspecify.annotations.NullMarked;
