/**
 * Attacks on the promises of {@code docs/safety.md}, in JVMs with different security
 * configurations.
 */
@NullMarked
package io.github.alloydbagent.security;

import org.jspecify.annotations.NullMarked;
