package io.github.alloydbagent.bootstrap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of a jar that is stored uncompressed in another jar, without extracting it. The
 * JVM reads the name of every entry of a jar on its class path, needed or not; a nested jar is a
 * single entry. Thread-safe.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the ZIP format,
 *     sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (end of central
 *     directory)</a>
 */
final class NestedJar {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_SIZE = 22; // without a comment
  private static final int CENTRAL_SIGNATURE = 0x02014b50;
  private static final int CENTRAL_SIZE = 46;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_SIZE = 30;

  /** Maximum size of the extra field between an entry's name and its content. */
  private static final int MAX_EXTRA_BYTES = 64;

  /** Maximum compression ratio of deflate: https://zlib.net/zlib_tech.html. */
  private static final int MAX_INFLATION_RATIO = 1032;

  /**
   * Ints per entry in the index: hash of the name, compressed size plus 1, inflated size, offset.
   */
  private static final int INTS_PER_ENTRY = 4;

  private final JarFile outer;
  private final JarEntry nested;

  /**
   * The whole nested jar if a tool has repacked the outer jar and compressed this one; otherwise
   * null.
   */
  private final byte @Nullable [] content;

  /**
   * Hash table with open addressing; each entry takes {@link #INTS_PER_ENTRY} ints, at or after the
   * slot that the hash of its name selects.
   */
  private final int[] index;

  /**
   * @param nested the name of the nested jar
   * @throws IOException if the nested jar is missing or damaged
   */
  NestedJar(JarFile outer, String nested) throws IOException {
    this.outer = outer;
    JarEntry found = outer.getJarEntry(nested);
    if (found == null || found.getSize() < END_SIZE) {
      throw new IOException(outer.getName() + " does not contain " + nested);
    }
    this.nested = found;
    this.content =
        found.getMethod() == ZipEntry.STORED ? null : read(outer, found, 0, (int) found.getSize());
    byte[] end = bytes(found.getSize() - END_SIZE, END_SIZE);
    int size = intAt(end, 12);
    int start = intAt(end, 16);
    if (intAt(end, 0) != END_SIGNATURE || !isWithin(start, size)) {
      throw damaged();
    }
    this.index = index(bytes(start, size), shortAt(end, 10));
  }

  private int[] index(byte[] directory, int count) throws IOException {
    int[] table = new int[Integer.highestOneBit(2 * count + 1) * 2 * INTS_PER_ENTRY];
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (at > directory.length - CENTRAL_SIZE || intAt(directory, at) != CENTRAL_SIGNATURE) {
        throw damaged();
      }
      int name = shortAt(directory, at + 28);
      int next = at + CENTRAL_SIZE + name + shortAt(directory, at + 30);
      next += shortAt(directory, at + 32);
      if (next > directory.length) {
        throw damaged();
      }
      int hash = hash(directory, at + CENTRAL_SIZE, name);
      int slot = slot(table, hash);
      while (table[slot + 1] != 0) {
        slot = nextSlot(table, slot);
      }
      int compressed = intAt(directory, at + 20);
      int inflated = intAt(directory, at + 24);
      int start = intAt(directory, at + 42);
      if (!isWithin(start, compressed)
          || inflated < 0
          || inflated / MAX_INFLATION_RATIO > compressed) {
        throw damaged();
      }
      table[slot] = hash;
      table[slot + 1] = compressed + 1; // 0 marks a free slot
      table[slot + 2] = inflated;
      table[slot + 3] = start;
      at = next;
    }
    return table;
  }

  /** Returns the content of the entry with this name, or null if there is no such entry. */
  byte @Nullable [] read(String name) throws IOException {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    int hash = hash(wanted, 0, wanted.length);
    for (int at = slot(index, hash); index[at + 1] != 0; at = nextSlot(index, at)) {
      if (index[at] == hash) {
        byte[] content = content(wanted, index[at + 1] - 1, index[at + 2], index[at + 3]);
        if (content != null) {
          return content;
        }
      }
    }
    return null;
  }

  /** Returns null if the entry at this offset has another name. */
  private byte @Nullable [] content(byte[] name, int compressed, int size, int start)
      throws IOException {
    int maxLength = LOCAL_SIZE + name.length + MAX_EXTRA_BYTES + compressed + 1;
    byte[] entry = bytes(start, (int) Math.min(maxLength, nested.getSize() - start));
    if (intAt(entry, 0) != LOCAL_SIGNATURE) {
      throw damaged();
    }
    if (shortAt(entry, 26) != name.length) {
      return null;
    }
    for (int i = 0; i < name.length; i++) {
      if (entry[LOCAL_SIZE + i] != name[i]) {
        return null;
      }
    }
    int at = LOCAL_SIZE + name.length + shortAt(entry, 28);
    if (at + compressed >= entry.length) {
      throw damaged();
    }
    return shortAt(entry, 8) == ZipEntry.STORED
        ? Arrays.copyOfRange(entry, at, at + size)
        : inflated(entry, at, compressed, size);
  }

  private byte[] inflated(byte[] entry, int at, int compressed, int size) throws IOException {
    byte[] content = new byte[size];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(
          entry, at, compressed + 1); // Inflater's javadoc: nowrap needs an extra byte
      int done = 0;
      while (done < size && !inflater.finished() && !inflater.needsInput()) {
        done += inflater.inflate(content, done, size - done);
      }
      if (done < size) {
        throw damaged();
      }
      return content;
    } catch (DataFormatException e) {
      throw damaged();
    } finally {
      inflater.end();
    }
  }

  private boolean isWithin(int start, int count) {
    return start >= 0 && count >= 0 && (long) start + count <= nested.getSize();
  }

  private byte[] bytes(long start, int count) throws IOException {
    return content == null
        ? read(outer, nested, start, count)
        : Arrays.copyOfRange(content, (int) start, (int) start + count);
  }

  private static byte[] read(JarFile jar, JarEntry entry, long start, int count)
      throws IOException {
    byte[] bytes = new byte[count];
    try (InputStream in = jar.getInputStream(entry)) {
      if (in.skip(start) != start) { // reads nothing if the entry is not compressed
        throw damaged(jar, entry);
      }
      for (int at = 0, n; at < count; at += n) {
        n = in.read(bytes, at, count - at);
        if (n < 0) {
          throw damaged(jar, entry);
        }
      }
    }
    return bytes;
  }

  private IOException damaged() {
    return damaged(outer, nested);
  }

  private static IOException damaged(JarFile jar, JarEntry entry) {
    return new IOException(entry.getName() + " in " + jar.getName() + " is damaged");
  }

  /** CRC32 runs as native code, even in a JVM that has just started. */
  private static int hash(byte[] bytes, int at, int count) {
    CRC32 crc = new CRC32();
    crc.update(bytes, at, count);
    return (int) crc.getValue();
  }

  private static int slot(int[] table, int hash) {
    return (hash * INTS_PER_ENTRY) & (table.length - 1);
  }

  private static int nextSlot(int[] table, int slot) {
    return (slot + INTS_PER_ENTRY) & (table.length - 1);
  }

  private static int intAt(byte[] bytes, int at) {
    return shortAt(bytes, at) | (shortAt(bytes, at + 2) << 16);
  }

  private static int shortAt(byte[] bytes, int at) {
    return (bytes[at] & 0xff) | ((bytes[at + 1] & 0xff) << 8);
  }
}
