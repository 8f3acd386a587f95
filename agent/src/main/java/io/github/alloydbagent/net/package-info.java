/**
 * Proxies and name resolution: the proxies in the JVM's settings and in the environment, and the
 * SOCKS handshake. Used for tunnels and for API calls.
 */
@NullMarked
package io.github.alloydbagent.net;

import org.jspecify.annotations.NullMarked;
