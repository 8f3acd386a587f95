/** Defines which settings exist, and parses and validates their values. */
@NullMarked
package io.github.alloydbagent.config.setting;

import org.jspecify.annotations.NullMarked;
