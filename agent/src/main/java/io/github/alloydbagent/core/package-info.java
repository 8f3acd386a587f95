/**
 * Starts the agent and answers its status requests; knows all other packages except {@code cli}.
 */
@NullMarked
package io.github.alloydbagent.core;

import org.jspecify.annotations.NullMarked;
