package io.github.alloydbagent.core.files;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.log.Log;
import java.io.File;
import java.util.HashSet;
import java.util.Set;

/** Warns once of each file that everybody may change, or read where it holds a key. */
public final class FileWarnings {
  private final File jar;
  private final Log log;
  private final Set<String> told = new HashSet<>();

  public FileWarnings(File jar, Log log) {
    this.jar = jar;
    this.log = log;
  }

  /**
   * Looks at the files that the settings name; not on the thread that runs {@code main}, since file
   * systems may be slow.
   */
  public synchronized void lookAt(Settings settings) {
    for (String finding : new FilePermissions(System.getenv(), jar).findings(settings)) {
      if (told.add(finding)) {
        log.warnCoded(finding);
      }
    }
  }
}
