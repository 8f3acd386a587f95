package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.config.setting.IpType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of an instance's addresses are dialled, in which order. */
final class AddressChoice {

  private AddressChoice() {}

  /** Those of the wanted types that the instance has: one at least. */
  static List<IpType> of(Addresses addresses, List<IpType> wanted) throws IOException {
    List<IpType> dialled = new ArrayList<>();
    for (IpType type : wanted) {
      if (address(addresses, type) != null) {
        dialled.add(type);
      }
    }
    if (!dialled.isEmpty()) {
      return dialled;
    }
    StringBuilder has = new StringBuilder();
    for (IpType other : IpType.values()) {
      String address = address(addresses, other);
      if (address != null) {
        has.append(has.length() == 0 ? "" : ", ").append(other).append(' ').append(address);
      }
    }
    StringBuilder names = new StringBuilder();
    for (IpType type : wanted) {
      names.append(names.length() == 0 ? "" : " or ").append(type);
    }
    throw new FailureHints.NoAddress(
        "the instance has no "
            + names
            + " address; "
            + (has.length() == 0
                ? "it has none at all. Look whether it is being made or deleted."
                : "it has " + has + ". Set ip-type to one that it has."));
  }

  static @Nullable String address(Addresses addresses, IpType type) {
    switch (type) {
      case PRIVATE:
        return addresses.privateIp();
      case PUBLIC:
        return addresses.publicIp();
      default:
        return addresses.pscName();
    }
  }
}
