/**
 * Where settings come from: agent arguments, system properties, environment variables, and a file.
 */
@NullMarked
package io.github.alloydbagent.config.source;

import org.jspecify.annotations.NullMarked;
