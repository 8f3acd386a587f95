package io.github.alloydbagent.core.files;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.log.Log;
import java.io.File;
import java.util.HashSet;
import java.util.Set;

/** Warns once about each file that every user can change, or read if it holds a key. */
public final class FileWarnings {
  private final File jar;
  private final Log log;
  private final Set<String> logged = new HashSet<>();

  public FileWarnings(File jar, Log log) {
    this.jar = jar;
    this.log = log;
  }

  /**
   * Checks the files that the settings name; must not run on the thread that runs {@code main},
   * because file systems can be slow.
   */
  public synchronized void logFindings(Settings settings) {
    for (String finding : new FilePermissions(System.getenv(), jar).findings(settings)) {
      if (logged.add(finding)) {
        log.warnCoded(finding);
      }
    }
  }
}
