/** The AlloyDB Admin API. */
@NullMarked
package io.github.alloydbagent.admin;

import org.jspecify.annotations.NullMarked;
