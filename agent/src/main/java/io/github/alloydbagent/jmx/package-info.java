/**
 * Exports the status of instances through JMX, if the JVM has a platform MBean server. Depends on
 * status and log.
 */
@NullMarked
package io.github.alloydbagent.jmx;

import org.jspecify.annotations.NullMarked;
