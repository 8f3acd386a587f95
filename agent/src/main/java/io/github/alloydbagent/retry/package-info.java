/**
 * Keeps values from servers fresh: one scheduler, with retries, backoff and a rate limit, for
 * connection info, certificates, tokens and lists of instances. Depends only on {@code time}.
 */
@NullMarked
package io.github.alloydbagent.retry;

import org.jspecify.annotations.NullMarked;
