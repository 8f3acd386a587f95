/** Attacks on the promises of {@code docs/safety.md}, in JVMs that others have configured. */
@NullMarked
package io.github.alloydbagent.security;

import org.jspecify.annotations.NullMarked;
