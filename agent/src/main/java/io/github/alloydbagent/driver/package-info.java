/** Weaving drivers: which shapes are known, what is woven, and what the woven code calls. */
@NullMarked
package io.github.alloydbagent.driver;

import org.jspecify.annotations.NullMarked;
