/** The jar as a command line tool; no class of it is loaded in an application. */
@NullMarked
package io.github.alloydbagent.cli;

import org.jspecify.annotations.NullMarked;
