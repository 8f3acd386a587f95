package io.github.alloydbagent.jvm;

import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The local AlloyDBs that test classes share, because starting one takes a second: with the
 * instances {@code primary}, {@code reads} and {@code other}, and the user {@code app} with the
 * password {@code secret}. Tests must not change them, and count only what they add.
 */
public final class SharedAlloyDb {

  /**
   * The running ones, by whether they have the password for MD5. Each stops itself when this JVM
   * exits.
   */
  private static final Map<Boolean, LocalAlloyDb> RUNNING = new HashMap<>();

  private SharedAlloyDb() {}

  /** Returns the one whose password is stored for SCRAM. */
  public static LocalAlloyDb scram() throws IOException {
    return running(false);
  }

  /** Returns the one whose password is stored for MD5, because old drivers do not support SCRAM. */
  public static LocalAlloyDb md5() throws IOException {
    return running(true);
  }

  private static synchronized LocalAlloyDb running(boolean md5) throws IOException {
    LocalAlloyDb alloyDb = RUNNING.get(md5);
    if (alloyDb == null) {
      LocalAlloyDbBuilder plan =
          LocalAlloyDb.builder().instance("primary").instance("reads").instance("other");
      alloyDb = (md5 ? plan.md5User("app", "secret") : plan.user("app", "secret")).start();
      RUNNING.put(md5, alloyDb);
    }
    return alloyDb;
  }
}
