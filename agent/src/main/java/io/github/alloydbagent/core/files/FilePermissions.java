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
 * Finds files of the agent that every user of the machine can change, because changing them
 * redirects connections or replaces credentials, and files with private keys that every user can
 * read. A file below a directory that others cannot enter is safe. Finds nothing if the file system
 * does not support POSIX permissions, as on Windows.
 */
public final class FilePermissions {
  /**
   * POSIX mode bits for other users, and the sticky bit, which prevents them from replacing files
   * of others.
   */
  private static final int OTHERS_READ = 04;

  private static final int OTHERS_WRITE = 02;
  private static final int ALL_WRITE = 0222;
  private static final int OTHERS_ENTER = 01;
  private static final int STICKY = 01000;

  /** The variable where Application Default Credentials are looked up first. */
  private static final String CREDENTIALS_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

  private final Map<String, String> environment;
  private final File jar;

  /**
   * Creates a check of files.
   *
   * @param jar the agent's jar
   */
  public FilePermissions(Map<String, String> environment, File jar) {
    this.environment = environment;
    this.jar = jar;
  }

  /**
   * Returns one line, with its code, for each unsafe file: which file, its mode, and how to fix it.
   */
  public List<String> findings(Settings settings) {
    Map<File, String> publicFiles = new LinkedHashMap<>();
    Map<File, String> secret = new LinkedHashMap<>();
    addFile(publicFiles, settings.file(), "config-file");
    addFile(publicFiles, settings.apiCaFile(), "api-ca-file");
    addFile(publicFiles, jar, "the agent's jar");
    addFile(secret, settings.staticConnectionInfo(), "static-connection-info");
    Set<IdentitySettings> identities = new LinkedHashSet<>();
    for (Mapping mapping : settings.mappings()) {
      identities.add(mapping.settings().identity());
    }
    if (!settings.discover().isEmpty()) {
      identities.add(settings.general().identity());
    }
    for (IdentitySettings identity : identities) {
      addFile(secret, identity.file(), "credentials-file");
      String named = environment.get(CREDENTIALS_VARIABLE);
      if (identity.isDefault() && named != null && !named.isEmpty()) {
        addFile(secret, new File(named), CREDENTIALS_VARIABLE);
      }
    }
    List<String> findings = new ArrayList<>();
    secret.forEach((file, name) -> check(file, name, true, findings));
    publicFiles.forEach((file, name) -> check(file, name, false, findings));
    return findings;
  }

  private static void addFile(Map<File, String> files, @Nullable File file, String name) {
    if (file != null) {
      files.putIfAbsent(file, name);
    }
  }

  private static void check(File file, String name, boolean secret, List<String> findings) {
    try {
      Path path = file.toPath().toAbsolutePath();
      if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
        return;
      }
      Path real = path.toRealPath();
      if (isReachable(real)) {
        check(real, name + " " + file, secret, findings);
      }
      // if the file is a link, the link itself could be replaced
      Path directory = path.getParent();
      if (directory != null && !directory.toRealPath().equals(real.getParent())) {
        checkDirectory(directory.toRealPath(), name + " " + file, findings);
      }
    } catch (IOException | RuntimeException e) {
      // reported by the code that reads the file
    }
  }

  private static void check(Path file, String name, boolean secret, List<String> findings)
      throws IOException {
    int mode = mode(file);
    boolean written = (mode & OTHERS_WRITE) != 0 && !isReadOnly(file, mode);
    boolean read = secret && (mode & OTHERS_READ) != 0;
    if (written || read) {
      findings.add(
          ErrorCode.FILE_EXPOSED.message(
              name
                  + (written
                      ? " can be changed" + (read ? " and read" : "")
                      : " contains credentials and can be read")
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
      checkDirectory(directory, name, findings);
    }
  }

  private static void checkDirectory(Path directory, String name, List<String> findings)
      throws IOException {
    int mode = mode(directory);
    if ((mode & OTHERS_WRITE) != 0
        && (mode & STICKY) == 0
        && isReachable(directory)
        && !isReadOnly(directory, mode)) {
      findings.add(
          ErrorCode.FILE_EXPOSED.message(
              name
                  + " can be replaced by everybody on this machine, because its directory has mode "
                  + octal(mode)
                  + ": chmod o-w "
                  + directory));
    }
  }

  /**
   * Returns whether the path is on a read-only mount, such as a volume of a pod: the mode allows
   * everyone to write, but this process cannot.
   */
  private static boolean isReadOnly(Path path, int mode) {
    return (mode & ALL_WRITE) == ALL_WRITE && !Files.isWritable(path);
  }

  /** Returns whether others can enter all parent directories. */
  private static boolean isReachable(Path path) throws IOException {
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
