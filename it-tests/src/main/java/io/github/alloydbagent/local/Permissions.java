package io.github.alloydbagent.local;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The IAM roles of each principal, the same in all projects. Thread-safe. */
public final class Permissions {
  private final Map<String, Set<IamRole>> roles = new ConcurrentHashMap<>();

  /** Grants roles to a principal, an e-mail address. */
  public void grant(String principal, IamRole... granted) {
    roles.merge(principal, Set.of(granted), Permissions::union);
  }

  /** Revokes roles of a principal. */
  public void revoke(String principal, IamRole... revoked) {
    roles.computeIfPresent(principal, (p, had) -> difference(had, Set.of(revoked)));
  }

  boolean has(String principal, IamRole role) {
    return roles.getOrDefault(principal, Set.of()).contains(role);
  }

  private static Set<IamRole> union(Set<IamRole> one, Set<IamRole> other) {
    EnumSet<IamRole> all = EnumSet.noneOf(IamRole.class);
    List.of(one, other).forEach(all::addAll);
    return Collections.unmodifiableSet(all);
  }

  private static Set<IamRole> difference(Set<IamRole> had, Set<IamRole> revoked) {
    EnumSet<IamRole> left = EnumSet.noneOf(IamRole.class);
    left.addAll(had);
    left.removeAll(revoked);
    return Collections.unmodifiableSet(left);
  }
}
