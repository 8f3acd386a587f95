/**
 * Dials connections: TCP, TLS and metadata exchange; keeps warm tunnels; reports failures with
 * hints.
 */
@NullMarked
package io.github.alloydbagent.tunnel;

import org.jspecify.annotations.NullMarked;
