package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replaces key files while the JVM runs, as Kubernetes secrets and Vault rotations do. */
class RotatedKeyIT {

  /**
   * One file is for Application Default Credentials and one for a mapping; both keys were deleted.
   */
  @Test
  void aKeyThatReplacesADeletedOneIsUsedWithoutARestart(@TempDir Path directory) throws Exception {
    Path go = directory.resolve("go");
    Path usual = directory.resolve("default.json");
    Path own = directory.resolve("own.json");
    try (LocalAlloyDb alloyDb = Servers.alloyDb().instance("primary").instance("other").start()) {
      String valid = Files.readString(alloyDb.credentialsFile());
      String deleted = valid.replace("app@", "dismissed@");
      Files.writeString(usual, deleted);
      Files.writeString(own, deleted);
      Map<String, String> environment = new HashMap<>(alloyDb.environment());
      environment.put("GOOGLE_APPLICATION_CREDENTIALS", usual.toString());
      ManyHosts hosts =
          new ManyHosts(environment)
              .map("default", alloyDb.instance("primary").name())
              .map("own", alloyDb.instance("other").name() + "?credentials-file=" + own)
              .connect("default-before", "default", "&connectTimeout=20")
              .connect("own-before", "own", "&connectTimeout=20")
              .await(go)
              .connect("default-after*90", "default", "&connectTimeout=20")
              .connect("own-after*90", "own", "&connectTimeout=20");
      try (RunningJvm jvm = hosts.jvm(Jdk.chosen()).deadline(Duration.ofMinutes(4)).start()) {
        jvm.awaitOut("default-before: failed: ");
        jvm.awaitOut("own-before: failed: ");
        for (Path file : new Path[] {usual, own}) {
          Path next = Files.writeString(directory.resolve("next"), valid);
          Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.createFile(go);
        Outcomes outcomes = new Outcomes(jvm.await().checkSucceeded());
        assertThat(outcomes.failure("default-before")).contains("invalid_grant");
        assertThat(outcomes.failure("own-before")).contains("invalid_grant");
        assertThat(outcomes.of("default-after").ok()).as(outcomes.jvm().toString()).isTrue();
        assertThat(outcomes.of("own-after").ok()).as(outcomes.jvm().toString()).isTrue();
      }
    }
  }
}
