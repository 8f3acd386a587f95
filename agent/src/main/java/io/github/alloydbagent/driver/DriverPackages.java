package io.github.alloydbagent.driver;

import java.util.List;

/**
 * The packages in which drivers are known, also below packages that relocation puts in front of
 * them.
 */
public final class DriverPackages {
  private static final String[] KNOWN = {"org/postgresql", "com/edb", "com/yugabyte"};

  private final String[] names;

  /**
   * @param more further root packages of drivers, with dots, such as {@code com.acme.shaded.pg}
   */
  public DriverPackages(List<String> more) {
    names = new String[KNOWN.length + more.size()];
    System.arraycopy(KNOWN, 0, names, 0, KNOWN.length);
    for (int i = 0; i < more.size(); i++) {
      names[KNOWN.length + i] = more.get(i).trim().replace('.', '/');
    }
  }

  /** Whether the class, named with slashes, is in one of them, below which it has such a suffix. */
  boolean contain(String className, int suffixLength) {
    int length = className.length() - suffixLength;
    for (String name : names) {
      int start = length - name.length();
      if (start >= 0
          && className.startsWith(name, start)
          && (start == 0 || className.charAt(start - 1) == '/')) {
        return true;
      }
    }
    return false;
  }
}
