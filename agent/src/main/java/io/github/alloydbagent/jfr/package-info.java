/** Records events with the JVM's flight recorder, if it is running. Depends on status and log. */
@NullMarked
package io.github.alloydbagent.jfr;

import org.jspecify.annotations.NullMarked;
