/**
 * Proxies and name resolution: which proxy the JVM's settings and the environment ask for, and the
 * SOCKS handshake. Used for tunnels and for API calls.
 */
@NullMarked
package io.github.alloydbagent.net;

import org.jspecify.annotations.NullMarked;
