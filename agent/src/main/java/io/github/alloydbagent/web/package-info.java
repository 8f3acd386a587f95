/**
 * Health, metrics and a status page over HTTP, where a port was set for them. Depends on status and
 * log.
 */
@NullMarked
package io.github.alloydbagent.web;

import org.jspecify.annotations.NullMarked;
