package io.github.alloydbagent.status;

import java.io.IOException;

/** Fetches new connection info of one instance when a person asks for it. */
public interface Refreshable {

  /**
   * Waits for new connection info, whether or not the current is still good.
   *
   * @param timeoutMillis how long at most
   * @throws IOException if there is none by then
   */
  void refresh(long timeoutMillis) throws IOException;

  /** Whether it is fetched on demand only. */
  boolean isLazy();

  /** When the next fetch starts, in milliseconds of the wall clock; 0 if none is planned. */
  long nextRefreshMillis();
}
