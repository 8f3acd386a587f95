/** Dialing one connection: TCP, TLS, metadata exchange; warm tunnels; what a failure reports. */
@NullMarked
package io.github.alloydbagent.tunnel;

import org.jspecify.annotations.NullMarked;
