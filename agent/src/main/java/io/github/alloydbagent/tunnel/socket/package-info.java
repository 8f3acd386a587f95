/**
 * The socket that the driver holds: a plain {@code Socket} that delegates to TLS; record I/O; TCP
 * keep-alive.
 */
@NullMarked
package io.github.alloydbagent.tunnel.socket;

import org.jspecify.annotations.NullMarked;
