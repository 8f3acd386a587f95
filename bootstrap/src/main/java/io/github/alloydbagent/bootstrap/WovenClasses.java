package io.github.alloydbagent.bootstrap;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which driver classes were woven, without keeping their class loaders alive. Compares
 * loaders by identity only: their {@code equals} may be the application's code, which must not run
 * inside class loading.
 */
final class WovenClasses {

  private @Nullable Entry first; // guarded by this

  /** Never throws: a class that is not remembered is woven once more, which does no harm. */
  void add(@Nullable ClassLoader loader, @Nullable String name) {
    try {
      put(loader, String.valueOf(name));
    } catch (Throwable exhausted) {
      // the class itself is woven
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

  /** One class of one loader. */
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
