/** Connection info that is valid when it is used. */
@NullMarked
package io.github.alloydbagent.refresh;

import org.jspecify.annotations.NullMarked;
