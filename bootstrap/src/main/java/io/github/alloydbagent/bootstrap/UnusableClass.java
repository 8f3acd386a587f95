package io.github.alloydbagent.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Generates class files of classes that cannot be used. It parses and writes class files itself,
 * because it is needed exactly when the libraries that do so cannot be loaded.
 */
final class UnusableClass {

  private static final int MAGIC = 0xCAFEBABE;

  /** Class file version of Java 1.4: every JVM accepts it, and it needs no stack map. */
  private static final int VERSION = 48;

  private static final int UTF8 = 1;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int CLASS = 7;
  private static final int STRING = 8;
  private static final int METHOD = 10;
  private static final int NAME_AND_TYPE = 12;
  private static final int METHOD_HANDLE = 15;
  private static final int METHOD_TYPE = 16;
  private static final int MODULE = 19;
  private static final int PACKAGE = 20;

  private static final int PUBLIC_SUPER = 0x21;

  private UnusableClass() {}

  /**
   * Returns the same class, except that its constructors throw a {@code LinkageError} that names
   * the cause. It keeps all members, so that the JVM accepts it as a replacement for a class that
   * is already loaded, and can replace it with the woven class later.
   *
   * @throws IOException if this is not a class file
   */
  static byte[] of(byte[] classFile, String internalName, Throwable cause) throws IOException {
    return new ClassRewriter(classFile)
        .withThrowingConstructors(
            "AlloyDB Agent: "
                + BootstrapCodes.CLASS_REFUSED
                + "refused to let "
                + internalName.replace('/', '.')
                + " open a connection, because the class could not be prepared ("
                + cause
                + ") and the connection might have to be protected. Report this, or remove the"
                + " -javaagent flag.");
  }

  /**
   * Returns a class file that the JVM refuses to define. The class's name is the reason: because it
   * is neither a valid name nor the expected one, the JVM quotes it in the error that it throws.
   */
  static byte[] undefinable(String reason) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      out.writeShort(5); // number of constants plus 1
      utf8(out, reason); // 1
      reference(out, CLASS, 1); // 2
      utf8(out, "java/lang/Object"); // 3
      reference(out, CLASS, 3); // 4
      out.writeShort(PUBLIC_SUPER);
      out.writeShort(2);
      out.writeShort(4);
      out.writeShort(0); // interfaces
      out.writeShort(0); // fields
      out.writeShort(0); // methods
      out.writeShort(0); // attributes
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e); // impossible in memory
    }
  }

  private static void utf8(DataOutputStream out, String value) throws IOException {
    out.writeByte(UTF8);
    out.writeUTF(value);
  }

  private static void reference(DataOutputStream out, int kind, int to) throws IOException {
    out.writeByte(kind);
    out.writeShort(to);
  }

  private static void pair(DataOutputStream out, int kind, int first, int second)
      throws IOException {
    out.writeByte(kind);
    out.writeShort(first);
    out.writeShort(second);
  }

  /** Copies a class file and replaces the code of its constructors. JVMS 4 specifies the layout. */
  private static final class ClassRewriter {
    private final byte[] from;
    private final DataInputStream in;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);
    private int constants;
    private boolean[] isInit = {};
    private boolean[] isCode = {};

    ClassRewriter(byte[] from) {
      this.from = from;
      this.in = new DataInputStream(new ByteArrayInputStream(from));
    }

    byte[] withThrowingConstructors(String message) throws IOException {
      if (in.readInt() != MAGIC) {
        throw new IOException("not a class file");
      }
      int version = in.readInt();
      constants = in.readUnsignedShort();
      isInit = new boolean[constants];
      isCode = new boolean[constants];
      int start = position();
      skipConstants();
      out.writeInt(MAGIC);
      out.writeInt(version);
      out.writeShort(constants + 8);
      out.write(from, start, position() - start);
      utf8(out, "java/lang/LinkageError"); // 0, relative to the first added constant
      reference(out, CLASS, constants); // 1
      utf8(out, "<init>"); // 2
      utf8(out, "(Ljava/lang/String;)V"); // 3
      pair(out, NAME_AND_TYPE, constants + 2, constants + 3); // 4
      pair(out, METHOD, constants + 1, constants + 4); // 5
      utf8(out, message.length() > 2000 ? message.substring(0, 2000) : message); // 6
      reference(out, STRING, constants + 6); // 7
      copy(6); // flags, this class, superclass
      copy(2 * copyShort()); // interfaces
      for (int fields = copyShort(); fields > 0; fields--) {
        copy(6); // flags, name, type
        copyAttributes();
      }
      for (int methods = copyShort(); methods > 0; methods--) {
        copy(2);
        boolean constructor = isInit[copyShort()];
        copy(2);
        if (constructor) {
          replaceCode();
        } else {
          copyAttributes();
        }
      }
      copy(in.available()); // the class's attributes
      return bytes.toByteArray();
    }

    private int position() {
      return from.length - availableBytes();
    }

    private int availableBytes() {
      try {
        return in.available();
      } catch (IOException e) {
        throw new IllegalStateException(e); // impossible in memory
      }
    }

    private void skipConstants() throws IOException {
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case UTF8:
            String text = in.readUTF();
            isInit[i] = text.equals("<init>");
            isCode[i] = text.equals("Code");
            break;
          case LONG:
          case DOUBLE:
            in.readLong();
            i++; // takes two indexes
            break;
          case CLASS:
          case STRING:
          case METHOD_TYPE:
          case MODULE:
          case PACKAGE:
            in.readUnsignedShort();
            break;
          case METHOD_HANDLE:
            in.readUnsignedByte();
            in.readUnsignedShort();
            break;
          default:
            in.readInt();
            break;
        }
      }
    }

    private void copyAttributes() throws IOException {
      for (int attributes = copyShort(); attributes > 0; attributes--) {
        copy(2);
        int length = in.readInt();
        out.writeInt(length);
        copy(length);
      }
    }

    private void replaceCode() throws IOException {
      for (int attributes = copyShort(); attributes > 0; attributes--) {
        int name = in.readUnsignedShort();
        int length = in.readInt();
        if (!isCode[name]) {
          out.writeShort(name);
          out.writeInt(length);
          copy(length);
          continue;
        }
        in.readUnsignedShort(); // maximum stack depth
        int locals = in.readUnsignedShort();
        if (in.skip(length - 4) != length - 4) {
          throw new IOException("a class file that ends early");
        }
        writeThrowing(name, locals);
      }
    }

    private void writeThrowing(int name, int locals) throws IOException {
      out.writeShort(name);
      out.writeInt(2 + 2 + 4 + 11 + 2 + 2);
      out.writeShort(3); // stack
      out.writeShort(locals);
      out.writeInt(11);
      out.writeByte(0xBB); // new LinkageError
      out.writeShort(constants + 1);
      out.writeByte(0x59); // dup
      out.writeByte(0x13); // ldc_w message
      out.writeShort(constants + 7);
      out.writeByte(0xB7); // invokespecial <init>
      out.writeShort(constants + 5);
      out.writeByte(0xBF); // athrow
      out.writeShort(0); // exception table
      out.writeShort(0); // attributes of the code
    }

    private int copyShort() throws IOException {
      int value = in.readUnsignedShort();
      out.writeShort(value);
      return value;
    }

    private void copy(int length) throws IOException {
      int start = position();
      if (length < 0 || in.skip(length) != length) {
        throw new IOException("a class file that ends early");
      }
      out.write(from, start, length);
    }
  }
}
