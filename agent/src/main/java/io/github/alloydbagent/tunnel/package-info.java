/** One connection: TCP, TLS, metadata exchange, and the {@code Socket} that the driver gets. */
@NullMarked
package io.github.alloydbagent.tunnel;

import org.jspecify.annotations.NullMarked;
