/** Output, errors and options shared by all commands. */
@NullMarked
package io.github.alloydbagent.cli.console;

import org.jspecify.annotations.NullMarked;
