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
 * A jar that lies uncompressed in another one, and is read where it lies. The JVM looks at the name
 * of each entry of a jar that is on its class path, whether it needs it or not; of the entries in
 * here it sees one. Any thread.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format, sections
 *     4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end)</a>
 */
final class NestedJar {
  private static final int END = 0x06054b50;
  private static final int END_SIZE = 22; // it has no comment
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_SIZE = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_SIZE = 30;

  /** Bytes that may lie between the name and the content of an entry. */
  private static final int MOST_EXTRA = 64;

  /** Bytes that deflate makes of one, at most: https://zlib.net/zlib_tech.html. */
  private static final int MOST_INFLATED = 1032;

  /** Of an entry in the index: its name's hash, its size as it is plus 1, inflated, its place. */
  private static final int FIELDS = 4;

  private final JarFile outer;
  private final JarEntry place;

  /** All of it, where a tool has packed the outer jar anew, and compressed this one; else null. */
  private final byte @Nullable [] content;

  /** Of each entry, near the place that its name's hash gives, the {@link #FIELDS}. */
  private final int[] index;

  /**
   * @param place the nested jar's own name
   * @throws IOException if it is not there, or not whole
   */
  NestedJar(JarFile outer, String place) throws IOException {
    this.outer = outer;
    JarEntry found = outer.getJarEntry(place);
    if (found == null || found.getSize() < END_SIZE) {
      throw new IOException(outer.getName() + " holds no " + place);
    }
    this.place = found;
    this.content =
        found.getMethod() == ZipEntry.STORED ? null : read(outer, found, 0, (int) found.getSize());
    byte[] end = bytes(found.getSize() - END_SIZE, END_SIZE);
    int size = number(end, 12);
    int start = number(end, 16);
    if (number(end, 0) != END || !isWithin(start, size)) {
      throw broken();
    }
    this.index = index(bytes(start, size), shortNumber(end, 10));
  }

  private int[] index(byte[] directory, int count) throws IOException {
    int[] table = new int[Integer.highestOneBit(2 * count + 1) * 2 * FIELDS];
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (at > directory.length - CENTRAL_SIZE || number(directory, at) != CENTRAL) {
        throw broken();
      }
      int name = shortNumber(directory, at + 28);
      int next = at + CENTRAL_SIZE + name + shortNumber(directory, at + 30);
      next += shortNumber(directory, at + 32);
      if (next > directory.length) {
        throw broken();
      }
      int hash = hash(directory, at + CENTRAL_SIZE, name);
      int slot = slot(table, hash);
      while (table[slot + 1] != 0) {
        slot = following(table, slot);
      }
      int compressed = number(directory, at + 20);
      int inflated = number(directory, at + 24);
      int start = number(directory, at + 42);
      if (!isWithin(start, compressed) || inflated < 0 || inflated / MOST_INFLATED > compressed) {
        throw broken();
      }
      table[slot] = hash;
      table[slot + 1] = compressed + 1; // 0 is a free slot
      table[slot + 2] = inflated;
      table[slot + 3] = start;
      at = next;
    }
    return table;
  }

  /** What lies in the entry of that name; null if there is none. */
  byte @Nullable [] read(String name) throws IOException {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    int hash = hash(wanted, 0, wanted.length);
    for (int at = slot(index, hash); index[at + 1] != 0; at = following(index, at)) {
      if (index[at] == hash) {
        byte[] content = content(wanted, index[at + 1] - 1, index[at + 2], index[at + 3]);
        if (content != null) {
          return content;
        }
      }
    }
    return null;
  }

  /** Null if the entry there has another name. */
  private byte @Nullable [] content(byte[] name, int compressed, int size, int start)
      throws IOException {
    int most = LOCAL_SIZE + name.length + MOST_EXTRA + compressed + 1;
    byte[] entry = bytes(start, (int) Math.min(most, place.getSize() - start));
    if (number(entry, 0) != LOCAL) {
      throw broken();
    }
    if (shortNumber(entry, 26) != name.length) {
      return null;
    }
    for (int i = 0; i < name.length; i++) {
      if (entry[LOCAL_SIZE + i] != name[i]) {
        return null;
      }
    }
    int at = LOCAL_SIZE + name.length + shortNumber(entry, 28);
    if (at + compressed >= entry.length) {
      throw broken();
    }
    return shortNumber(entry, 8) == ZipEntry.STORED
        ? Arrays.copyOfRange(entry, at, at + size)
        : inflated(entry, at, compressed, size);
  }

  private byte[] inflated(byte[] entry, int at, int compressed, int size) throws IOException {
    byte[] content = new byte[size];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(entry, at, compressed + 1); // it wants a byte more, its javadoc says
      int done = 0;
      while (done < size && !inflater.finished() && !inflater.needsInput()) {
        done += inflater.inflate(content, done, size - done);
      }
      if (done < size) {
        throw broken();
      }
      return content;
    } catch (DataFormatException e) {
      throw broken();
    } finally {
      inflater.end();
    }
  }

  private boolean isWithin(int start, int count) {
    return start >= 0 && count >= 0 && (long) start + count <= place.getSize();
  }

  private byte[] bytes(long start, int count) throws IOException {
    return content == null
        ? read(outer, place, start, count)
        : Arrays.copyOfRange(content, (int) start, (int) start + count);
  }

  private static byte[] read(JarFile jar, JarEntry entry, long start, int count)
      throws IOException {
    byte[] bytes = new byte[count];
    try (InputStream in = jar.getInputStream(entry)) {
      if (in.skip(start) != start) { // which reads nothing of an entry that is not compressed
        throw broken(jar, entry);
      }
      for (int at = 0, n; at < count; at += n) {
        n = in.read(bytes, at, count - at);
        if (n < 0) {
          throw broken(jar, entry);
        }
      }
    }
    return bytes;
  }

  private IOException broken() {
    return broken(outer, place);
  }

  private static IOException broken(JarFile jar, JarEntry entry) {
    return new IOException(entry.getName() + " in " + jar.getName() + " is damaged");
  }

  /** In native code, even in a JVM that has just started. */
  private static int hash(byte[] bytes, int at, int count) {
    CRC32 crc = new CRC32();
    crc.update(bytes, at, count);
    return (int) crc.getValue();
  }

  private static int slot(int[] table, int hash) {
    return (hash * FIELDS) & (table.length - 1);
  }

  private static int following(int[] table, int slot) {
    return (slot + FIELDS) & (table.length - 1);
  }

  private static int number(byte[] bytes, int at) {
    return shortNumber(bytes, at) | (shortNumber(bytes, at + 2) << 16);
  }

  private static int shortNumber(byte[] bytes, int at) {
    return (bytes[at] & 0xff) | ((bytes[at + 1] & 0xff) << 8);
  }
}
