/** Which instances there are, found by listing projects. */
@NullMarked
package io.github.alloydbagent.discovery;

import org.jspecify.annotations.NullMarked;
