/** The commands {@code attach} and {@code list}, and access to the agent in a running JVM. */
@NullMarked
package io.github.alloydbagent.cli.jvm;

import org.jspecify.annotations.NullMarked;
