/**
 * The agent's entry points and the few classes that the application's system class loader sees.
 * They use JDK types only, and no lambda or string concatenation by {@code invokedynamic}, because
 * they run during class loading.
 */
@NullMarked
package io.github.alloydbagent.bootstrap;

import org.jspecify.annotations.NullMarked;
