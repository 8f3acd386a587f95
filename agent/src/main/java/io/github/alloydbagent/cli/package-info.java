/**
 * The jar as a command: trying the settings by hand, and putting the agent on JVMs that run. No
 * class of it is loaded in an application.
 */
@NullMarked
package io.github.alloydbagent.cli;

import org.jspecify.annotations.NullMarked;
