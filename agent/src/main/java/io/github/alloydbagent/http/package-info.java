/** The HTTP client for the Admin API and token servers, with a separate TLS context. */
@NullMarked
package io.github.alloydbagent.http;

import org.jspecify.annotations.NullMarked;
