/** The commands {@code status} and {@code watch}. */
@NullMarked
package io.github.alloydbagent.cli.status;

import org.jspecify.annotations.NullMarked;
