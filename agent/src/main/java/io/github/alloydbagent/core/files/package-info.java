/** File permissions and file descriptors: what an operator should be warned about. */
@NullMarked
package io.github.alloydbagent.core.files;

import org.jspecify.annotations.NullMarked;
