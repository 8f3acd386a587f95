package io.github.alloydbagent.bootstrap;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the name of a class from its class file. A class loader can define a class without passing
 * its name to the JVM ({@code defineClass(null, ...)}); transformers then get no name either. JVMS
 * 4.1 and 4.4 specify the layout.
 */
final class ClassFileName {

  private ClassFileName() {}

  /**
   * Returns the name with slashes (correct if it is ASCII), or null if this is not a class file.
   */
  static @Nullable String of(byte[] classFile) {
    try {
      int flags = constant(classFile, -1);
      int name = constant(classFile, twoBytes(classFile, flags + 2));
      int text = constant(classFile, twoBytes(classFile, name + 1));
      return classFile[text] == 1
          ? new String(
              classFile, text + 3, twoBytes(classFile, text + 1), StandardCharsets.ISO_8859_1)
          : null;
    } catch (IndexOutOfBoundsException e) {
      return null;
    }
  }

  /**
   * Returns the offset of the constant with this index, or the end of the constant pool if there is
   * no such index.
   */
  private static int constant(byte[] classFile, int index) {
    int count = twoBytes(classFile, 8);
    int at = 10;
    for (int i = 1; i < count && i != index; i++) {
      switch (classFile[at]) {
        case 1: // Utf8
          at += 3 + twoBytes(classFile, at + 1);
          break;
        case 5: // Long
        case 6: // Double
          at += 9;
          i++;
          break;
        case 7: // Class
        case 8: // String
        case 16: // MethodType
        case 19: // Module
        case 20: // Package
          at += 3;
          break;
        case 15: // MethodHandle
          at += 4;
          break;
        default:
          at += 5;
          break;
      }
    }
    return at;
  }

  private static int twoBytes(byte[] classFile, int at) {
    return ((classFile[at] & 0xff) << 8) | (classFile[at + 1] & 0xff);
  }
}
