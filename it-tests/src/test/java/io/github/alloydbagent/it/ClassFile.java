package io.github.alloydbagent.it;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The names in a class file (JVMS 4.1 to 4.7). It is parsed by hand because class file libraries
 * skip what they do not need, and the tests must see every name.
 *
 * @param version the major version, 52 for Java 8
 * @param texts all texts of the constant pool: names, descriptors, string constants
 * @param members the members of the class, as {@code nameDescriptor}
 * @param references the referenced members of any class, as {@code owner.nameDescriptor}
 */
record ClassFile(
    int version, String name, Set<String> texts, Set<String> members, Set<String> references) {

  private static final int UTF8 = 1;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int CLASS = 7;
  private static final int FIELD = 9;
  private static final int INTERFACE_METHOD = 11;
  private static final int NAME_AND_TYPE = 12;

  static ClassFile read(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readInt() != 0xCAFEBABE) {
      throw new IOException("not a class file");
    }
    in.readUnsignedShort(); // minor version
    int version = in.readUnsignedShort();
    Pool pool = new Pool(in);
    in.readUnsignedShort(); // access flags
    String name = pool.className(in.readUnsignedShort());
    in.readUnsignedShort(); // superclass
    in.skipNBytes(2L * in.readUnsignedShort()); // interfaces
    Set<String> members = new HashSet<>();
    for (int kind = 0; kind < 2; kind++) { // fields, then methods
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        in.readUnsignedShort(); // access flags
        members.add(pool.texts[in.readUnsignedShort()] + pool.texts[in.readUnsignedShort()]);
        for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
          in.readUnsignedShort(); // name
          in.skipNBytes(in.readInt());
        }
      }
    }
    return new ClassFile(version, name, pool.allTexts(), members, pool.references());
  }

  /** The constant pool. */
  private static final class Pool {
    private final int[] tags;
    private final int[] first;
    private final int[] second;
    private final String[] texts;

    Pool(DataInputStream in) throws IOException {
      int size = in.readUnsignedShort();
      tags = new int[size];
      first = new int[size];
      second = new int[size];
      texts = new String[size];
      for (int i = 1; i < size; i++) {
        tags[i] = in.readUnsignedByte();
        switch (tags[i]) {
          case UTF8 -> texts[i] = in.readUTF();
          case 3, 4 -> in.skipNBytes(4); // int, float
          case LONG, DOUBLE -> {
            in.skipNBytes(8);
            i++; // takes two entries (JVMS 4.4.5)
          }
          case CLASS, 8, 16, 19, 20 -> first[i] = in.readUnsignedShort();
          case 15 -> in.skipNBytes(3); // method handle
          case FIELD, 10, INTERFACE_METHOD, NAME_AND_TYPE, 17, 18 -> {
            first[i] = in.readUnsignedShort();
            second[i] = in.readUnsignedShort();
          }
          default -> throw new IOException("constant pool tag " + tags[i]);
        }
      }
    }

    String className(int index) {
      return texts[first[index]];
    }

    Set<String> allTexts() {
      Set<String> all = new LinkedHashSet<>();
      for (String text : texts) {
        if (text != null) {
          all.add(text);
        }
      }
      return all;
    }

    Set<String> references() {
      Set<String> all = new LinkedHashSet<>();
      for (int i = 1; i < tags.length; i++) {
        if (tags[i] >= FIELD && tags[i] <= INTERFACE_METHOD) {
          int pair = second[i];
          all.add(className(first[i]) + "." + texts[first[pair]] + texts[second[pair]]);
        }
      }
      return all;
    }
  }
}
