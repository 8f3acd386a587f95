/** Attacks on the promise that a mapped host is never reached unprotected. */
@NullMarked
package io.github.alloydbagent.security;

import org.jspecify.annotations.NullMarked;
