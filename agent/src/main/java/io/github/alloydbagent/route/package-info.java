/**
 * Host patterns and spellings: decides which host belongs to which instance. Depends on nothing.
 */
@NullMarked
package io.github.alloydbagent.route;

import org.jspecify.annotations.NullMarked;
