package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.alloydbagent.jvm.AgentJar;
import io.github.alloydbagent.jvm.Built;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares the jar's documentation of its bundled libraries with its content. */
class ThirdPartyIT {
  private static final String OWN = "io/github/alloydbagent/";
  private static final String RENAMED = OWN + "lib/";
  private static final String LICENSES = "META-INF/licenses/";

  /** The class path of the libraries in the build that made the jar. */
  private static final Path LIBRARIES = Built.agentJar().resolveSibling("bundled.txt");

  private static final Map<String, byte[]> jar = new LinkedHashMap<>();

  private static final Set<String> isolated = new TreeSet<>();

  /** The files of each library, by the name of its jar: {@code gson-2.14.0.jar}. */
  private static final Map<String, Map<String, byte[]>> libraries = new TreeMap<>();

  private static JsonObject sbom = new JsonObject();

  @BeforeAll
  static void read() throws IOException {
    AgentJar agent = AgentJar.read(Built.agentJar());
    jar.putAll(agent.outer());
    isolated.addAll(agent.isolated().keySet());
    sbom = JsonParser.parseString(text("META-INF/sbom/alloydb-agent.cdx.json")).getAsJsonObject();
    for (String library : Files.readString(LIBRARIES).strip().split(File.pathSeparator)) {
      Path file = Path.of(library);
      libraries.put(file.getFileName().toString(), files(file));
    }
  }

  @Test
  void theSbomListsExactlyTheBundledLibraries() {
    assertThat(libraries).hasSizeGreaterThan(15);
    Set<String> bundled = new TreeSet<>();
    for (String entry : isolated) {
      if (entry.endsWith(".classdata")) {
        String name = entry.substring(0, entry.length() - ".classdata".length());
        boolean renamed = name.startsWith(RENAMED);
        if (renamed || !name.startsWith(OWN)) {
          bundled.add(libraryOf((renamed ? name.substring(RENAMED.length()) : name) + ".class"));
        }
      }
    }
    List<String> listed = new ArrayList<>();
    components().forEach(c -> listed.add(fileName(c)));

    assertThat(listed).containsExactlyInAnyOrderElementsOf(bundled);
  }

  @Test
  void theSbomDescribesThisJarReproducibly() {
    assertThat(sbom.get("bomFormat").getAsString()).isEqualTo("CycloneDX");
    JsonObject subject = sbom.getAsJsonObject("metadata").getAsJsonObject("component");
    assertThat(subject.get("name").getAsString()).isEqualTo("alloydb-agent");
    assertThat(sbom.has("serialNumber")).isFalse();
    JsonElement time = sbom.getAsJsonObject("metadata").get("timestamp");
    if (time != null) { // the time of the sources in that case
      assertThat(time.getAsString()).isEqualTo("2026-11-23T00:00:00Z");
    }
    assertThat(sbom.toString()).doesNotContain(System.getProperty("user.dir"));
  }

  @Test
  void theReadablePageListsTheSame() {
    String page = text(LICENSES + "THIRD-PARTY.txt");
    List<String> lines = page.lines().filter(line -> line.contains(":")).sorted().toList();
    List<String> expected = new ArrayList<>();
    for (JsonObject component : components()) {
      expected.add(
          "%s:%s:%s (%s)"
              .formatted(
                  component.get("group").getAsString(),
                  component.get("name").getAsString(),
                  component.get("version").getAsString(),
                  license(component)));
    }
    Collections.sort(expected);
    assertThat(lines).isEqualTo(expected);
  }

  @Test
  void hasTheLicenseAndNoticesOfEachLibrary() {
    assertThat(text("META-INF/LICENSE")).contains("Apache License").contains("Version 2.0");
    for (JsonObject component : components()) {
      String name = component.get("name").getAsString();
      if (!license(component).equals("Apache-2.0")) {
        assertThat(text(LICENSES + name + "/LICENSE")).as(name).contains("Copyright");
      }
      libraries
          .get(fileName(component))
          .forEach(
              (path, bytes) -> {
                String file = path.startsWith("META-INF/") ? path.substring(9) : path;
                if (file.matches("(LICENSE|NOTICE|licenses/).*")) {
                  assertThat(jar.get(LICENSES + name + "/" + file))
                      .as("%s of %s", path, name)
                      .isEqualTo(bytes);
                }
              });
    }
    assertThat(text(LICENSES + "byte-buddy/licenses/ASM")).contains("France Telecom");
  }

  private static List<JsonObject> components() {
    List<JsonObject> components = new ArrayList<>();
    for (JsonElement component : sbom.getAsJsonArray("components")) {
      components.add(component.getAsJsonObject());
    }
    return components;
  }

  private static String license(JsonObject component) {
    return component
        .getAsJsonArray("licenses")
        .get(0)
        .getAsJsonObject()
        .getAsJsonObject("license")
        .get("id")
        .getAsString();
  }

  private static String fileName(JsonObject component) {
    return component.get("name").getAsString()
        + "-"
        + component.get("version").getAsString()
        + ".jar";
  }

  private static String libraryOf(String path) {
    return libraries.entrySet().stream()
        .filter(library -> library.getValue().containsKey(path))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new AssertionError(path + " is of no library of the build"));
  }

  private static String text(String entry) {
    assertThat(jar.keySet())
        .as("the agent's jar (that Maven offline, -o, builds without the list of libraries)")
        .contains(entry);
    return new String(jar.get(entry), StandardCharsets.UTF_8);
  }

  private static Map<String, byte[]> files(Path path) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (JarFile opened = new JarFile(path.toFile())) {
      for (JarEntry entry : Collections.list(opened.entries())) {
        if (!entry.isDirectory()) {
          try (InputStream in = opened.getInputStream(entry)) {
            files.put(entry.getName(), in.readAllBytes());
          }
        }
      }
    }
    return files;
  }
}
