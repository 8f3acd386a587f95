package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.alloydbagent.config.setting.IpType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invisible characters that an editor or a web page adds to a text. */
class InvisibleCharactersTest {
  private static final String I = "projects/p/locations/l/clusters/c/instances/i";

  @TempDir private Path directory;

  private Settings read(String instances) throws SettingsException {
    return Settings.read(
        null, Map.of(), Map.of("ALLOYDB_INSTANCES", instances), directory.toFile());
  }

  @Test
  void dropsAByteOrderMarkBeforeAValue() throws Exception {
    assertThat(read("\ufeff a=" + I).mappings().get(0).host()).isEqualTo("a");
    Settings settings =
        Settings.read(
            "config-file=\ufeff" + file("\ufeffinstances=\ufeffa=" + I, StandardCharsets.UTF_8),
            Map.of("alloydb.agent.ip-type", "\ufeffPSC"),
            Map.of(),
            directory.toFile());
    assertThat(settings.mappings().get(0).host()).isEqualTo("a");
    assertThat(settings.general().ipTypes()).containsExactly(IpType.PSC);
  }

  @Test
  void reportsAFileInUtf16() throws Exception {
    for (var charset :
        new java.nio.charset.Charset[] {StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
      Path file = file("\ufeffinstances=a=" + I, charset);
      SettingsException e =
          catchThrowableOfType(
              SettingsException.class,
              () -> Settings.read("config-file=" + file, Map.of(), Map.of(), directory.toFile()));
      assertThat(e).hasMessageContaining(file.toString()).hasMessageContaining("UTF-16");
      assertThat(e.mayMapHosts()).isTrue();
    }
  }

  private Path file(String text, java.nio.charset.Charset charset) throws Exception {
    return Files.writeString(directory.resolve("agent.properties"), text, charset);
  }

  @ParameterizedTest
  @CsvSource({
    "a\u200bb=I, U+200B (ZERO WIDTH SPACE)",
    "a=I\u200b, <U+200B>",
    "'a=I,\u00a0b=I', U+00A0 (NO-BREAK SPACE)",
    "'a=I,\ufeffb=I', U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
    "a=I?ip-type=\u202ePSC, <U+202E>",
    "a=I?ip-typ\u00ade=PSC, <U+00AD>",
    "a=projects\u2060/p/locations/l/clusters/c/instances/i, <U+2060>",
  })
  void reportsOneInAMappingByItsCodePoint(String instances, String named) {
    SettingsException e =
        catchThrowableOfType(SettingsException.class, () -> read(instances.replace("I", I)));
    assertThat(e).hasMessageContaining(named);
    assertThat(e.getMessage().chars().filter(c -> Character.getType(c) == Character.FORMAT))
        .isEmpty();
  }
}
