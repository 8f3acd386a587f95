/**
 * Cryptography that the application cannot exchange: the JDK's own security providers, whatever the
 * JVM's provider list says, and the verification of server certificates. Knows no other package of
 * the agent.
 */
@NullMarked
package io.github.alloydbagent.crypto;

import org.jspecify.annotations.NullMarked;
