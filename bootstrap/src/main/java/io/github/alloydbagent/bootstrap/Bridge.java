package io.github.alloydbagent.bootstrap;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Connects the woven driver to the agent. The driver finds this class by name, through the system
 * class loader, and calls {@link #hooks} with the name of a hook and its arguments. Only JDK types
 * pass, because the driver and the agent share no others.
 *
 * <p>Any class of the JVM can call the hooks, and gets what the driver would get. No class can
 * replace them: under a security manager, a replacement could intercept the connections of other
 * applications.
 */
public final class Bridge {

  /** The function that the woven driver calls; set when this class is initialized. */
  public static final @Nullable Function<Object[], Object> hooks = AgentMain.hooks();

  private Bridge() {}
}
