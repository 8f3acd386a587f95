package io.github.alloydbagent.core.files;

import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds files of the agent that every user of the machine can change, because changing them
 * redirects connections or replaces credentials, and files with credentials that every user can
 * read. A file below a directory that others cannot enter is safe. Finds nothing if the file system
 * does not support POSIX permissions, as on Windows.
 */
public final class FilePermissions {

  /** The variable where Application Default Credentials are looked up first. */
  private static final String CREDENTIALS_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

  private final Map<String, String> environment;
  private final File jar;
  private final Set<String> logged = new HashSet<>();

  /**
   * @param jar the agent's jar
   */
  public FilePermissions(Map<String, String> environment, File jar) {
    this.environment = environment;
    this.jar = jar;
  }

  /** Logs findings that were not logged before. Reads files, which may take long. */
  public synchronized void warnOnce(Settings settings, Log log) {
    for (String finding : findings(settings)) {
      if (logged.add(finding)) {
        log.warnCoded(finding);
      }
    }
  }

  /**
   * Returns one line, with its code, for each unsafe file: which file, its mode, and how to fix it.
   */
  public List<String> findings(Settings settings) {
    Set<String> findings = new LinkedHashSet<>();
    check(settings.file(), "config-file", false, findings);
    check(settings.apiCaFile(), "api-ca-file", false, findings);
    check(jar, "the agent's jar", false, findings);
    check(settings.staticConnectionInfo(), "static-connection-info", true, findings);
    List<IdentitySettings> identities = new ArrayList<>();
    for (Mapping mapping : settings.mappings()) {
      identities.add(mapping.settings().identity());
    }
    if (!settings.discover().isEmpty()) {
      identities.add(settings.general().identity());
    }
    String named = environment.get(CREDENTIALS_VARIABLE);
    for (IdentitySettings identity : new LinkedHashSet<>(identities)) {
      check(identity.file(), "credentials-file", true, findings);
      if (identity.isDefault() && named != null && !named.isEmpty()) {
        check(new File(named), CREDENTIALS_VARIABLE, true, findings);
      }
    }
    return new ArrayList<>(findings);
  }

  private static void check(
      @Nullable File file, String name, boolean isSecret, Set<String> findings) {
    if (file == null) {
      return;
    }
    try {
      Path real = file.toPath().toRealPath();
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(real);
      boolean isExposed =
          mode.contains(PosixFilePermission.OTHERS_WRITE)
              || (isSecret && mode.contains(PosixFilePermission.OTHERS_READ));
      if (isExposed && isReachable(real)) {
        findings.add(
            ErrorCode.FILE_EXPOSED.message(
                name
                    + " "
                    + file
                    + (isSecret ? " contains credentials and can be read or" : " can be")
                    + " changed by every user of this machine ("
                    + PosixFilePermissions.toString(mode)
                    + (isSecret ? "): chmod o-rw " : "): chmod o-w ")
                    + real));
      }
    } catch (IOException | RuntimeException e) {
      // no POSIX permissions, or reported by the code that reads the file
    }
  }

  /** Returns whether others can enter all parent directories. */
  private static boolean isReachable(Path path) throws IOException {
    for (Path at = path.getParent(); at != null; at = at.getParent()) {
      if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }
}
