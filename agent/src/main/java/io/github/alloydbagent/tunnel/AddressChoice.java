package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.config.setting.IpType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses which of an instance's addresses to dial, and in which order. */
final class AddressChoice {

  private AddressChoice() {}

  /** Returns the wanted types of which the instance has an address; at least one. */
  static List<IpType> choose(Addresses addresses, List<IpType> wanted) throws IOException {
    List<IpType> chosen = new ArrayList<>();
    for (IpType type : wanted) {
      if (address(addresses, type) != null) {
        chosen.add(type);
      }
    }
    if (!chosen.isEmpty()) {
      return chosen;
    }
    StringBuilder available = new StringBuilder();
    for (IpType each : IpType.values()) {
      String address = address(addresses, each);
      if (address != null) {
        available
            .append(available.length() == 0 ? "" : ", ")
            .append(each)
            .append(' ')
            .append(address);
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
            + (available.length() == 0
                ? "it has no address at all. Check whether it is being created or deleted."
                : "it has " + available + ". Set ip-type to one of these."));
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
