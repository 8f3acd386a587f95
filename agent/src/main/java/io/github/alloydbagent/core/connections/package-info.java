/** Routes connections of drivers to targets, and applies changes of the settings. */
@NullMarked
package io.github.alloydbagent.core.connections;

import org.jspecify.annotations.NullMarked;
