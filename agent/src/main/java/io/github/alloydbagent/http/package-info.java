/**
 * How the agent speaks HTTP: its own client with its own TLS context, never the JVM's default ones.
 */
@NullMarked
package io.github.alloydbagent.http;

import org.jspecify.annotations.NullMarked;
