package io.github.alloydbagent.core.files;

import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds files of the agent's that everybody on the machine may change: who can, says where
 * connections go, and as whom. And those with private keys that everybody may read. A file below a
 * directory that others may not enter is in nobody's reach. Says nothing where files have no such
 * permissions, as on Windows.
 */
public final class FilePermissions {
  /** The modes of POSIX for others, and the bit that keeps them from files that are not theirs. */
  private static final int OTHERS_READ = 04;

  private static final int OTHERS_WRITE = 02;
  private static final int ALL_WRITE = 0222;
  private static final int OTHERS_ENTER = 01;
  private static final int STICKY = 01000;

  /** Where Application Default Credentials are looked for first. */
  private static final String CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS";

  private final Map<String, String> environment;
  private final File jar;

  /**
   * @param jar the agent's own
   */
  public FilePermissions(Map<String, String> environment, File jar) {
    this.environment = environment;
    this.jar = jar;
  }

  /** A line, with its code, for each file: which it is, its mode, and what to do. */
  public List<String> findings(Settings settings) {
    Map<File, String> open = new LinkedHashMap<>();
    Map<File, String> secret = new LinkedHashMap<>();
    put(open, settings.file(), "config-file");
    put(open, settings.apiCaFile(), "api-ca-file");
    put(open, jar, "the agent's jar");
    put(secret, settings.staticConnectionInfo(), "static-connection-info");
    Set<IdentitySettings> identities = new LinkedHashSet<>();
    for (Mapping mapping : settings.mappings()) {
      identities.add(mapping.settings().identity());
    }
    if (!settings.discover().isEmpty()) {
      identities.add(settings.general().identity());
    }
    for (IdentitySettings identity : identities) {
      put(secret, identity.file(), "credentials-file");
      String named = environment.get(CREDENTIALS);
      if (identity.isDefault() && named != null && !named.isEmpty()) {
        put(secret, new File(named), CREDENTIALS);
      }
    }
    List<String> findings = new ArrayList<>();
    secret.forEach((file, name) -> look(file, name, true, findings));
    open.forEach((file, name) -> look(file, name, false, findings));
    return findings;
  }

  private static void put(Map<File, String> files, @Nullable File file, String name) {
    if (file != null) {
      files.putIfAbsent(file, name);
    }
  }

  private static void look(File file, String name, boolean secret, List<String> findings) {
    try {
      Path given = file.toPath().toAbsolutePath();
      if (!given.getFileSystem().supportedFileAttributeViews().contains("unix")) {
        return;
      }
      Path real = given.toRealPath();
      if (isInReach(real)) {
        look(real, name + " " + file, secret, findings);
      }
      Path directory = given.getParent(); // where a link may be replaced, if it is one
      if (directory != null && !directory.toRealPath().equals(real.getParent())) {
        lookAtDirectory(directory.toRealPath(), name + " " + file, findings);
      }
    } catch (IOException | RuntimeException e) {
      // who needs the file says that it is not there, or may not be read
    }
  }

  private static void look(Path file, String name, boolean secret, List<String> findings)
      throws IOException {
    int mode = mode(file);
    boolean written = (mode & OTHERS_WRITE) != 0 && !isReadOnly(file, mode);
    boolean read = secret && (mode & OTHERS_READ) != 0;
    if (written || read) {
      findings.add(
          ErrorCode.FILE_EXPOSED.message(
              name
                  + (written
                      ? " may be changed" + (read ? " and read" : "")
                      : " holds credentials, and may be read")
                  + " by everybody on this machine (mode "
                  + octal(mode)
                  + "): chmod o-"
                  + (read ? "r" : "")
                  + (written ? "w" : "")
                  + " "
                  + file));
    }
    Path directory = file.getParent();
    if (directory != null) {
      lookAtDirectory(directory, name, findings);
    }
  }

  private static void lookAtDirectory(Path directory, String name, List<String> findings)
      throws IOException {
    int mode = mode(directory);
    if ((mode & OTHERS_WRITE) != 0
        && (mode & STICKY) == 0
        && isInReach(directory)
        && !isReadOnly(directory, mode)) {
      findings.add(
          ErrorCode.FILE_EXPOSED.message(
              name
                  + " may be replaced by everybody on this machine, as its directory has mode "
                  + octal(mode)
                  + ": chmod o-w "
                  + directory));
    }
  }

  /**
   * Whether nobody here can write, although all may by the mode: it is mounted so, as volumes of
   * pods are.
   */
  private static boolean isReadOnly(Path path, int mode) {
    return (mode & ALL_WRITE) == ALL_WRITE && !Files.isWritable(path);
  }

  /** Whether others may enter all directories above. */
  private static boolean isInReach(Path path) throws IOException {
    for (Path at = path.getParent(); at != null; at = at.getParent()) {
      if ((mode(at) & OTHERS_ENTER) == 0) {
        return false;
      }
    }
    return true;
  }

  private static int mode(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode");
  }

  private static String octal(int mode) {
    return "0" + Integer.toOctalString(mode & 07777);
  }
}
