/**
 * What fuzz tests share. A target lies in the package of what it feeds, one to a class, since
 * Jazzer fuzzes one in the life of a JVM.
 */
@NullMarked
package io.github.alloydbagent.fuzz;

import org.jspecify.annotations.NullMarked;
