package io.github.alloydbagent.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The class file of a class that says, whoever first uses it, why it cannot be used. Written by
 * hand, because it is needed just when the classes that write class files are out of reach.
 */
final class UnusableClass {

  /** Java 1.4's: any JVM takes it, and it needs no stack map. */
  private static final int VERSION = 48;

  private static final int UTF8 = 1;
  private static final int CLASS = 7;
  private static final int STRING = 8;
  private static final int METHOD = 10;
  private static final int NAME_AND_TYPE = 12;

  private static final int PUBLIC_SUPER = 0x21;
  private static final int STATIC = 0x8;

  private UnusableClass() {}

  /** A class whose initializer throws a {@code LinkageError} that names the cause. */
  static byte[] named(String internalName, Throwable cause) throws IOException {
    return named(
        internalName,
        "AlloyDB Agent could not prepare the driver's class "
            + internalName.replace('/', '.')
            + " ("
            + cause
            + "), cannot tell which of its connections to protect, and so lets it make none."
            + " Report this, or run without the agent.");
  }

  private static byte[] named(String internalName, String message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0xCAFEBABE);
    out.writeInt(VERSION);
    out.writeShort(16); // one more than there are constants
    utf8(out, internalName); // 1
    reference(out, CLASS, 1); // 2
    utf8(out, "java/lang/Object"); // 3
    reference(out, CLASS, 3); // 4
    utf8(out, "<clinit>"); // 5
    utf8(out, "()V"); // 6
    utf8(out, "Code"); // 7
    utf8(out, "java/lang/LinkageError"); // 8
    reference(out, CLASS, 8); // 9
    utf8(out, "<init>"); // 10
    utf8(out, "(Ljava/lang/String;)V"); // 11
    pair(out, NAME_AND_TYPE, 10, 11); // 12
    pair(out, METHOD, 9, 12); // 13
    utf8(out, message.length() > 2000 ? message.substring(0, 2000) : message); // 14
    reference(out, STRING, 14); // 15
    out.writeShort(PUBLIC_SUPER);
    out.writeShort(2);
    out.writeShort(4);
    out.writeShort(0); // interfaces
    out.writeShort(0); // fields
    out.writeShort(1); // methods: the initializer
    out.writeShort(STATIC);
    out.writeShort(5);
    out.writeShort(6);
    out.writeShort(1);
    out.writeShort(7);
    byte[] code = {
      (byte) 0xBB,
      0,
      9, // new LinkageError
      0x59, // dup
      0x12,
      15, // ldc message
      (byte) 0xB7,
      0,
      13, // invokespecial <init>
      (byte) 0xBF // athrow
    };
    out.writeInt(2 + 2 + 4 + code.length + 2 + 2);
    out.writeShort(3); // stack
    out.writeShort(0); // locals
    out.writeInt(code.length);
    out.write(code);
    out.writeShort(0); // exception table
    out.writeShort(0); // attributes of the code
    out.writeShort(0); // attributes of the class
    return bytes.toByteArray();
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
}
