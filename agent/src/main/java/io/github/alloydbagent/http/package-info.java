/** The HTTP client for the Admin API and token servers, with a TLS context of its own. */
@NullMarked
package io.github.alloydbagent.http;

import org.jspecify.annotations.NullMarked;
