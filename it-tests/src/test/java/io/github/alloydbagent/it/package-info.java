/** What the agent does in real JVMs, as users start them, against a local AlloyDB. */
@NullMarked
package io.github.alloydbagent.it;

import org.jspecify.annotations.NullMarked;
