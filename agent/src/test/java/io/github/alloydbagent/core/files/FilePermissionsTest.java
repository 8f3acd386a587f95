package io.github.alloydbagent.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a directory that others can enter, unlike the temporary directories of JUnit. */
class FilePermissionsTest {
  private static final String INSTANCES =
      "db=projects/p/locations/l/clusters/c/instances/i,"
          + "db2=projects/p/locations/l/clusters/c/instances/i2";

  @TempDir private Path directory;
  private Path jar;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void make() throws IOException {
    assumeTrue(
        directory.getFileSystem().supportedFileAttributeViews().contains("unix"),
        "files have no POSIX modes here");
    directory = directory.toRealPath();
    for (Path above = directory.getParent(); above != null; above = above.getParent()) {
      assumeTrue(
          Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE),
          "temporary files are in nobody's reach here");
    }
    permit(directory, "rwxr-xr-x");
    jar = file("agent.jar", "rw-r--r--");
    environment.put("ALLOYDB_INSTANCES", INSTANCES);
  }

  private Path file(String name, String permissions) throws IOException {
    return permit(Files.writeString(directory.resolve(name), ""), permissions);
  }

  private static Path permit(Path path, String permissions) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private Settings settings() throws SettingsException {
    return Settings.read(null, Map.of(), environment, directory.toFile());
  }

  private List<String> findings() throws SettingsException {
    return new FilePermissions(environment, jar.toFile()).findings(settings());
  }

  @Test
  void findsNothingIfPermissionsAreSafe() throws Exception {
    environment.put("ALLOYDB_AGENT_CREDENTIALS_FILE", file("key.json", "rw-r-----").toString());
    environment.put("ALLOYDB_AGENT_API_CA_FILE", file("ca.pem", "rw-r--r--").toString());
    environment.put("ALLOYDB_AGENT_CONFIG_FILE", file("agent.properties", "rw-rw-r--").toString());
    assertThat(findings()).isEmpty();
  }

  @Test
  void findsAWorldReadableCredentialsFileOnce() throws Exception {
    Path key = file("key.json", "rw-r--r--");
    environment.put("ALLOYDB_AGENT_CREDENTIALS_FILE", key.toString());
    assertThat(findings())
        .containsExactly(
            "AAJ-914: credentials-file "
                + key
                + " contains credentials and can be read or changed by every user of this machine"
                + " (rw-r--r--): chmod o-rw "
                + key);
    permit(key, "rw-rw--w-");
    assertThat(findings()).singleElement().asString().contains("(rw-rw--w-)");
  }

  @Test
  void checksTheCredentialsOfTheEnvironmentIfTheyAreUsed() throws Exception {
    Path key = file("adc.json", "rw-r--r--");
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", key.toString());
    assertThat(findings())
        .singleElement()
        .asString()
        .startsWith("AAJ-914: GOOGLE_APPLICATION_CREDENTIALS " + key + " contains credentials");
    environment.put("ALLOYDB_AGENT_ACCESS_TOKEN", "t");
    assertThat(findings()).isEmpty();
  }

  @Test
  void findsFilesThatDirectConnectionsAndThatEveryUserCanChange() throws Exception {
    Path config = file("agent.properties", "rw-rw-rw-");
    Path ca = file("ca.pem", "rw-r--rw-");
    permit(jar, "rwxrwxrwx");
    environment.put("ALLOYDB_AGENT_CONFIG_FILE", config.toString());
    environment.put("ALLOYDB_AGENT_API_CA_FILE", ca.toString());
    String everyUser = " can be changed by every user of this machine (";
    assertThat(findings())
        .containsExactly(
            "AAJ-914: config-file " + config + everyUser + "rw-rw-rw-): chmod o-w " + config,
            "AAJ-914: api-ca-file " + ca + everyUser + "rw-r--rw-): chmod o-w " + ca,
            "AAJ-914: the agent's jar " + jar + everyUser + "rwxrwxrwx): chmod o-w " + jar);
  }

  @Test
  void checksTheKeysOfStaticConnectionInfoThroughLinks() throws Exception {
    Path info = file("info.json", "rw-r--r--");
    Path link = Files.createSymbolicLink(directory.resolve("link.json"), info);
    environment.put("ALLOYDB_AGENT_STATIC_CONNECTION_INFO", link.toString());
    assertThat(findings())
        .singleElement()
        .asString()
        .startsWith("AAJ-914: static-connection-info " + link)
        .endsWith("chmod o-rw " + info);
  }

  @Test
  void ignoresFilesBelowADirectoryThatOthersCannotEnter() throws Exception {
    Path key = file("key.json", "rw-rw-rw-");
    environment.put("ALLOYDB_AGENT_CREDENTIALS_FILE", key.toString());
    permit(directory, "rwx------");
    assertThat(findings()).isEmpty();
  }

  @Test
  void logsEachFindingOnce() throws Exception {
    environment.put("ALLOYDB_AGENT_CREDENTIALS_FILE", file("key.json", "rw-r--r--").toString());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Log log = new Log(LogLevel.INFO, new PrintStream(bytes, true));
    FilePermissions permissions = new FilePermissions(environment, jar.toFile());
    permissions.warnOnce(settings(), log);
    permissions.warnOnce(settings(), log);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce(" WARN alloydb-agent: AAJ-914: credentials-file ")
        .containsOnlyOnce("credentials-file");
  }

  @Test
  void ignoresMissingFiles() throws Exception {
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", new File("/nowhere/at/all").toString());
    assertThat(findings()).isEmpty();
  }
}
