package io.github.alloydbagent.bootstrap;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the woven driver meets the agent. The driver finds this class by name, through the system
 * class loader, and calls {@link #hooks} with the name of a hook and its arguments; JDK types alone
 * pass here, since the driver and the agent share no other.
 *
 * <p>Every class of the JVM can call it, and gets what the driver would get. None can put itself in
 * its place: under a security manager, that would take connections away from other applications.
 */
public final class Bridge {

  /** What the woven driver calls: there as soon as there is this class. */
  public static final @Nullable Function<Object[], Object> hooks = AgentMain.hooks();

  private Bridge() {}
}
