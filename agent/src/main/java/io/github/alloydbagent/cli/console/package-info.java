/** What all commands share: output, errors, options. */
@NullMarked
package io.github.alloydbagent.cli.console;

import org.jspecify.annotations.NullMarked;
