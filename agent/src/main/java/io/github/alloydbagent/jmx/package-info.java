/** Shows how it stands through JMX, where the JVM has that already. Depends on status and log. */
@NullMarked
package io.github.alloydbagent.jmx;

import org.jspecify.annotations.NullMarked;
