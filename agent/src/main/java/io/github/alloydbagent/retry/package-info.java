/**
 * Keeps values fresh that a server provides: one scheduler, with retries, backoff and a rate limit,
 * for connection info, certificates, tokens and lists of instances. Depends on {@code time} alone.
 */
@NullMarked
package io.github.alloydbagent.retry;

import org.jspecify.annotations.NullMarked;
