/** Starts real JVMs for tests: finds JDKs, runs programs on them, and captures their output. */
@NullMarked
package io.github.alloydbagent.jvm;

import org.jspecify.annotations.NullMarked;
