/**
 * Cryptography that the application cannot replace: the JDK's own security providers, whatever the
 * JVM's provider list contains, and the verification of server certificates. Depends on no other
 * package of the agent.
 */
@NullMarked
package io.github.alloydbagent.crypto;

import org.jspecify.annotations.NullMarked;
