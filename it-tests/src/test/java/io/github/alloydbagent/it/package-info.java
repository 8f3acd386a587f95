/** Tests of the agent in real JVMs, started as users start them, with the AlloyDB simulator. */
@NullMarked
package io.github.alloydbagent.it;

import org.jspecify.annotations.NullMarked;
