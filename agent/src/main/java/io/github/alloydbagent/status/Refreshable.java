package io.github.alloydbagent.status;

import java.io.IOException;

/** The connection info of one instance, and its refreshes. */
public interface Refreshable {

  /**
   * Fetches new connection info, even if the current info is still valid, and waits for it.
   *
   * @param timeoutMillis maximum time to wait
   * @throws IOException if the fetch does not succeed by then
   */
  void refresh(long timeoutMillis) throws IOException;

  /** Returns whether there is connection info that connections can use now. */
  boolean isValid();

  /** Returns whether connection info is fetched only on demand. */
  boolean isLazy();

  /**
   * Returns when the next fetch starts, in milliseconds of the wall clock; 0 if none is scheduled.
   */
  long nextRefreshMillis();
}
