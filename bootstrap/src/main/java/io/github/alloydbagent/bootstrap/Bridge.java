package io.github.alloydbagent.bootstrap;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the woven driver meets the agent. The driver finds this class by name, through the system
 * class loader, and calls {@link #hooks} with the name of a hook and its arguments; JDK types alone
 * pass here, since the driver and the agent share no other.
 */
public final class Bridge {

  /** What the woven driver calls; set before the first driver class is woven. */
  @SuppressWarnings("NonFinalStaticField") // the one place where two class loaders meet
  public static volatile @Nullable Function<Object[], Object> hooks;

  private Bridge() {}
}
