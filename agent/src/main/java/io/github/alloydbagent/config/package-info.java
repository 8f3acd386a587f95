/**
 * What was set, from where, and what is wrong with it. Depends on {@code route} for the shape of a
 * host.
 */
@NullMarked
package io.github.alloydbagent.config;

import org.jspecify.annotations.NullMarked;
