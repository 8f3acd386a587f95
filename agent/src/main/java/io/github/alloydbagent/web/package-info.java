/**
 * Serves health checks, metrics and a status page over HTTP, if a port is set. Depends on status
 * and log.
 */
@NullMarked
package io.github.alloydbagent.web;

import org.jspecify.annotations.NullMarked;
