/** The command {@code check}. */
@NullMarked
package io.github.alloydbagent.cli.check;

import org.jspecify.annotations.NullMarked;
