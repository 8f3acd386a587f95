/**
 * The codes of failures, and text and future helpers, for any package. Depends on the JDK alone.
 */
@NullMarked
package io.github.alloydbagent.util;

import org.jspecify.annotations.NullMarked;
