/** Reads credentials, and fetches and caches their tokens. */
@NullMarked
package io.github.alloydbagent.credentials;

import org.jspecify.annotations.NullMarked;
