/** Calls the AlloyDB Admin API and parses its responses. */
@NullMarked
package io.github.alloydbagent.admin;

import org.jspecify.annotations.NullMarked;
