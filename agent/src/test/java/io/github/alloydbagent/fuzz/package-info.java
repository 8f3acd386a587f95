/**
 * Helpers for fuzz tests. Each fuzz target is in the package of the class that it tests, with one
 * target per class, since Jazzer fuzzes only one target per JVM.
 */
@NullMarked
package io.github.alloydbagent.fuzz;

import org.jspecify.annotations.NullMarked;
