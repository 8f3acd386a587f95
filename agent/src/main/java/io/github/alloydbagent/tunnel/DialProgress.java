package io.github.alloydbagent.tunnel;

import org.jspecify.annotations.Nullable;

/** Told, on the connecting thread, how far a connection has come; takes no time. */
public interface DialProgress {

  /** For connections that nobody watches. */
  DialProgress UNWATCHED = (stage, address) -> {};

  /**
   * A stage begins; the same one may begin again, with another address or newer connection info.
   *
   * @param address the kind of address and the address with its port, once one is dialled
   */
  void entered(Stage stage, @Nullable String address);
}
