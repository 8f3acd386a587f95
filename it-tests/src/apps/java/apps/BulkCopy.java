package apps;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Transfers much data over one connection, in both directions. The server generates the data that
 * is read and keeps one of {@value #KEPT} written rows, so that its disk is not measured.
 */
final class BulkCopy {
  private static final int ROW_BYTES = 8192;
  private static final int KEPT = 1024;

  private BulkCopy() {}

  /** Reads and writes this much, and closes the connection. */
  static void run(Connection connection, int megabytes) throws Exception {
    int rows = megabytes * (1048576 / ROW_BYTES);
    try (Statement statement = connection.createStatement()) {
      CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
      statement.execute("CREATE TEMPORARY TABLE sink (n int, filler text)");
      read(copy, rows / 16);
      write(copy, rows / 16);
      statement.execute("TRUNCATE sink");

      double cpu = Cpu.millis();
      long start = System.nanoTime();
      read(copy, rows);
      print("bulk.read", megabytes, System.nanoTime() - start, Cpu.millis() - cpu);

      cpu = Cpu.millis();
      start = System.nanoTime();
      write(copy, rows);
      print("bulk.write", megabytes, System.nanoTime() - start, Cpu.millis() - cpu);
      checkKept(statement, rows);
    } finally {
      connection.close();
    }
  }

  private static void print(String name, int megabytes, long nanos, double cpuMillis) {
    Bench.figure(name + ".rate", megabytes / (nanos / 1e9));
    Bench.figure(name + ".cpu", cpuMillis / 1000 * 1024 / megabytes);
  }

  private static void read(CopyManager copy, int rows) throws SQLException, IOException {
    Counted out = new Counted();
    long read =
        copy.copyOut(
            "COPY (SELECT repeat('x', "
                + (ROW_BYTES - 1)
                + ") FROM generate_series(1, "
                + rows
                + ")) TO STDOUT",
            out);
    if (read != rows || out.bytes != (long) rows * ROW_BYTES) {
      throw new IllegalStateException("read " + read + " rows of " + out.bytes + " bytes");
    }
  }

  private static void write(CopyManager copy, int rows) throws SQLException, IOException {
    long kept =
        copy.copyIn("COPY sink FROM STDIN WHERE n % " + KEPT + " = 0", new Rows(rows), 64 * 1024);
    if (kept != rows / KEPT) {
      throw new IllegalStateException(kept + " rows are there");
    }
  }

  private static void checkKept(Statement statement, int rows) throws SQLException {
    try (ResultSet found =
        statement.executeQuery("SELECT count(*), max(n), min(length(filler)) FROM sink")) {
      found.next();
      // a row has its number in seven digits, a tab, the filler and an end of line
      if (found.getInt(1) != rows / KEPT
          || found.getInt(2) != rows / KEPT * KEPT
          || found.getInt(3) != ROW_BYTES - 9) {
        throw new IllegalStateException("other rows than were written");
      }
    }
  }

  /** Counts and discards the data. */
  private static final class Counted extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      bytes += length;
    }
  }

  /** Generates numbered rows of equal length; only the number changes between rows. */
  private static final class Rows extends InputStream {
    private final byte[] row = new byte[ROW_BYTES];
    private final int rows;
    private int number;
    private int used = ROW_BYTES;

    Rows(int rows) {
      this.rows = rows;
      Arrays.fill(row, (byte) 'x');
      row[7] = '\t';
      row[ROW_BYTES - 1] = '\n';
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] target, int offset, int count) {
      int read = 0;
      while (read < count && (used < ROW_BYTES || next())) {
        int part = Math.min(count - read, ROW_BYTES - used);
        System.arraycopy(row, used, target, offset + read, part);
        used += part;
        read += part;
      }
      return read == 0 && count > 0 ? -1 : read;
    }

    private boolean next() {
      if (number == rows) {
        return false;
      }
      number++;
      for (int digit = 6, rest = number; digit >= 0; digit--, rest /= 10) {
        row[digit] = (byte) ('0' + rest % 10);
      }
      used = 0;
      return true;
    }
  }
}
