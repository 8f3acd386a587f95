/**
 * Entering the JVM: the few classes that the application's system class loader sees. JDK types
 * only, no lambda and no string concatenation by {@code invokedynamic}, since these classes run
 * inside class loading.
 */
@NullMarked
package io.github.alloydbagent.bootstrap;

import org.jspecify.annotations.NullMarked;
