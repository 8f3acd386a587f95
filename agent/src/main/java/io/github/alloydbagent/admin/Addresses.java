package io.github.alloydbagent.admin;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The addresses of an instance; those that it does not have are null. Immutable. */
public final class Addresses {
  private final @Nullable String privateIp;
  private final @Nullable String publicIp;
  private final @Nullable String pscName;

  /**
   * Creates addresses from the values in a response, in which an empty string means that there is
   * no such address.
   *
   * @param pscName may end in a dot, which is removed: certificates and TLS use the name without it
   */
  public Addresses(
      @Nullable String privateIp, @Nullable String publicIp, @Nullable String pscName) {
    this.privateIp = emptyToNull(privateIp);
    this.publicIp = emptyToNull(publicIp);
    this.pscName =
        pscName != null && pscName.endsWith(".")
            ? emptyToNull(pscName.substring(0, pscName.length() - 1))
            : emptyToNull(pscName);
  }

  public @Nullable String privateIp() {
    return privateIp;
  }

  public @Nullable String publicIp() {
    return publicIp;
  }

  public @Nullable String pscName() {
    return pscName;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Addresses
        && Objects.equals(privateIp, ((Addresses) other).privateIp)
        && Objects.equals(publicIp, ((Addresses) other).publicIp)
        && Objects.equals(pscName, ((Addresses) other).pscName);
  }

  @Override
  public int hashCode() {
    return Objects.hash(privateIp, publicIp, pscName);
  }

  private static @Nullable String emptyToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
