/** The codes of failures, and text and future helpers, for any package. Depends only on the JDK. */
@NullMarked
package io.github.alloydbagent.util;

import org.jspecify.annotations.NullMarked;
