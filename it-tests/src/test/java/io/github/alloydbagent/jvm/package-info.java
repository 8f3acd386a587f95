/** Real JVMs for tests: finds JDKs, starts programs on them, and keeps what they said. */
@NullMarked
package io.github.alloydbagent.jvm;

import org.jspecify.annotations.NullMarked;
