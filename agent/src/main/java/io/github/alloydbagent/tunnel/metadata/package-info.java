/**
 * The metadata exchange with AlloyDB's server-side proxy, and the protobuf encoding that it uses.
 */
@NullMarked
package io.github.alloydbagent.tunnel.metadata;

import org.jspecify.annotations.NullMarked;
