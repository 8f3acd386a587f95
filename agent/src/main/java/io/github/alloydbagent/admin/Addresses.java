package io.github.alloydbagent.admin;

import io.github.alloydbagent.config.setting.IpType;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The addresses of an instance. Immutable. */
public final class Addresses {
  private final Map<IpType, String> byType = new EnumMap<>(IpType.class);

  /**
   * Creates addresses from the values in a response, in which an empty string means that there is
   * no such address.
   *
   * @param pscName may end in a dot, which is removed: certificates and TLS use the name without it
   */
  public Addresses(
      @Nullable String privateIp, @Nullable String publicIp, @Nullable String pscName) {
    put(IpType.PRIVATE, privateIp);
    put(IpType.PUBLIC, publicIp);
    put(
        IpType.PSC,
        pscName != null && pscName.endsWith(".")
            ? pscName.substring(0, pscName.length() - 1)
            : pscName);
  }

  private void put(IpType type, @Nullable String address) {
    if (address != null && !address.isEmpty()) {
      byType.put(type, address);
    }
  }

  public Map<IpType, String> byType() {
    return Collections.unmodifiableMap(byType);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Addresses && byType.equals(((Addresses) other).byType);
  }

  @Override
  public int hashCode() {
    return byType.hashCode();
  }
}
