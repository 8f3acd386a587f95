/** Which settings exist, and how their values are parsed and checked. */
@NullMarked
package io.github.alloydbagent.config.setting;

import org.jspecify.annotations.NullMarked;
