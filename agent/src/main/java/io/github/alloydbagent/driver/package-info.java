/**
 * Weaving drivers: which shapes are known, what is woven, and what the woven code calls. Depends on
 * nothing but Byte Buddy's copy of ASM; the visitor API alone, since Byte Buddy's own would cost
 * the thread that loads the driver 400 ms. {@link io.github.alloydbagent.driver.DriverWeaver} and
 * what it calls run inside class loading: no lambda and no method reference there.
 */
@NullMarked
package io.github.alloydbagent.driver;

import org.jspecify.annotations.NullMarked;
