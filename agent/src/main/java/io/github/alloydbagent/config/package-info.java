/** The settings of the agent and of each mapped instance, and the errors in them. */
@NullMarked
package io.github.alloydbagent.config;

import org.jspecify.annotations.NullMarked;
