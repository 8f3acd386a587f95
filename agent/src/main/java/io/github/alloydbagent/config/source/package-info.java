/**
 * The sources of settings: agent arguments, system properties, environment variables, and a
 * settings file.
 */
@NullMarked
package io.github.alloydbagent.config.source;

import org.jspecify.annotations.NullMarked;
