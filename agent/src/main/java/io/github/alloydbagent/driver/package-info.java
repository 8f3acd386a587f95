/**
 * Weaves drivers: the known shapes, the changes, and the hooks that the woven code calls. Depends
 * only on Byte Buddy's copy of ASM, and uses only its visitor API, because Byte Buddy's own API
 * would delay the thread that loads the driver by 400 ms. {@link
 * io.github.alloydbagent.driver.DriverWeaver} and the classes that it uses run during class
 * loading: they must not use lambdas or method references.
 */
@NullMarked
package io.github.alloydbagent.driver;

import org.jspecify.annotations.NullMarked;
