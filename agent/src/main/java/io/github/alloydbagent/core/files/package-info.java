/** Warnings about file permissions, and waiting for file descriptors. */
@NullMarked
package io.github.alloydbagent.core.files;

import org.jspecify.annotations.NullMarked;
