package io.github.alloydbagent.bootstrap;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which driver classes were woven, without keeping their class loaders alive. It compares
 * loaders by identity: their {@code equals} may be the application's code, which must not run
 * during class loading.
 */
final class WovenClasses {

  private @Nullable Entry first; // guarded by this

  /**
   * Adds a class. Never throws: a class that is not remembered is woven again, which is harmless.
   */
  void add(@Nullable ClassLoader loader, @Nullable String name) {
    try {
      put(loader, String.valueOf(name));
    } catch (Throwable exhausted) {
      // The class is woven even if it is not remembered.
    }
  }

  private synchronized void put(@Nullable ClassLoader loader, String name) {
    removeUnloaded();
    if (!contains(loader, name)) {
      first = new Entry(loader, name, first);
    }
  }

  synchronized boolean contains(@Nullable ClassLoader loader, String name) {
    for (Entry each = first; each != null; each = each.next) {
      if (each.isFor(loader) && each.name.equals(name)) {
        return true;
      }
    }
    return false;
  }

  private void removeUnloaded() {
    Entry before = null;
    for (Entry each = first; each != null; each = each.next) {
      if (!each.isUnloaded()) {
        before = each;
      } else if (before == null) {
        first = each.next;
      } else {
        before.next = each.next;
      }
    }
  }

  /** A class and its loader. */
  private static final class Entry {
    private final @Nullable WeakReference<ClassLoader> loader; // null for the boot loader
    private final String name;
    private @Nullable Entry next;

    Entry(@Nullable ClassLoader loader, String name, @Nullable Entry next) {
      this.loader = loader == null ? null : new WeakReference<ClassLoader>(loader);
      this.name = name;
      this.next = next;
    }

    boolean isFor(@Nullable ClassLoader other) {
      return loader == null ? other == null : other != null && loader.get() == other;
    }

    boolean isUnloaded() {
      return loader != null && loader.get() == null;
    }
  }
}
