/**
 * What bad input gets: real JVMs with the real jar, in trouble of every kind, and what an ordinary
 * JDBC program is then told.
 */
@NullMarked
package io.github.alloydbagent.failure;

import org.jspecify.annotations.NullMarked;
