/**
 * The socket that the driver holds: a plain {@code Socket} in front of TLS, record I/O, TCP
 * keep-alive.
 */
@NullMarked
package io.github.alloydbagent.tunnel.socket;

import org.jspecify.annotations.NullMarked;
