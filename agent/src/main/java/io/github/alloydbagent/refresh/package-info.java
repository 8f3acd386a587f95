/**
 * Connection info of each instance: fetched with its client certificate, and replaced before the
 * certificate expires.
 */
@NullMarked
package io.github.alloydbagent.refresh;

import org.jspecify.annotations.NullMarked;
