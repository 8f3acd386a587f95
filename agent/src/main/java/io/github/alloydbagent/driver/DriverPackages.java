package io.github.alloydbagent.driver;

import java.util.List;

/**
 * The root packages of known drivers, which match also if relocation has put other packages in
 * front of them.
 */
public final class DriverPackages {
  private static final String[] KNOWN_ROOTS = {"org/postgresql", "com/edb", "com/yugabyte"};

  private final String[] names;

  /**
   * @param more additional root packages of drivers, with dots, such as {@code com.acme.shaded.pg}
   */
  public DriverPackages(List<String> more) {
    names = new String[KNOWN_ROOTS.length + more.size()];
    System.arraycopy(KNOWN_ROOTS, 0, names, 0, KNOWN_ROOTS.length);
    for (int i = 0; i < more.size(); i++) {
      names[KNOWN_ROOTS.length + i] = more.get(i).trim().replace('.', '/');
    }
  }

  /**
   * Returns whether the class, named with slashes, is in one of these packages, not counting a
   * suffix of the given length.
   */
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
