/** The command line tool; an application never loads its classes. */
@NullMarked
package io.github.alloydbagent.cli;

import org.jspecify.annotations.NullMarked;
