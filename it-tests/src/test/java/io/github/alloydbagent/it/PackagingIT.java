package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.jvm.AgentJar;
import io.github.alloydbagent.jvm.Built;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks that an application sees almost nothing of the published jar. */
class PackagingIT {
  private static final String BOOTSTRAP = "io/github/alloydbagent/bootstrap/";
  private static final String SILENT_LOGGING = "io/github/alloydbagent/log/jul/";
  private static final int JAVA_8 = 52;

  private static final Path JAR = Built.agentJar();

  private static final Map<String, byte[]> root = new LinkedHashMap<>();
  private static final Map<String, byte[]> isolated = new LinkedHashMap<>();

  /** The classes of both nested jars, by entry name. */
  private static final Map<String, ClassFile> classes = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    AgentJar jar = AgentJar.read(JAR);
    root.putAll(jar.outer());
    isolated.putAll(jar.isolated());
    for (Map<String, byte[]> entries : List.of(root, isolated)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        if (entry.getKey().endsWith(".class") || entry.getKey().endsWith(".classdata")) {
          classes.put(entry.getKey(), ClassFile.read(entry.getValue()));
        }
      }
    }
  }

  @Test
  void hasOnlyBootstrapClassesAtItsRoot() throws IOException {
    assertThat(files(root.keySet()))
        .contains("META-INF/MANIFEST.MF", BOOTSTRAP + "AgentMain.class")
        .allMatch(
            name ->
                name.equals("META-INF/MANIFEST.MF")
                    || name.equals("META-INF/LICENSE")
                    || AgentJar.ISOLATED.contains(name)
                    || name.startsWith("META-INF/licenses/")
                    || name.startsWith("META-INF/sbom/")
                    || (name.startsWith(BOOTSTRAP) && name.endsWith(".class")));
    System.out.printf(
        "alloydb-agent.jar: %,d bytes, %d classes at the root, %d within %s%n",
        Files.size(JAR),
        files(root.keySet()).stream().filter(name -> name.endsWith(".class")).count(),
        files(isolated.keySet()).stream().filter(name -> name.endsWith(".classdata")).count(),
        AgentJar.ISOLATED);
  }

  @Test
  void manifestNamesTheEntryPoints() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      String entrance = "io.github.alloydbagent.bootstrap.AgentMain";
      assertThat(manifest.getValue("Premain-Class")).isEqualTo(entrance);
      assertThat(manifest.getValue("Agent-Class")).isEqualTo(entrance);
      assertThat(manifest.getValue("Main-Class")).isEqualTo(entrance);
      assertThat(manifest.getValue("Can-Retransform-Classes")).isEqualTo("true");
      assertThat(manifest.getValue("Implementation-Version")).isNotEmpty();
      assertThat(manifest.getValue("Class-Path")).isNull();
      assertThat(manifest.getValue("Boot-Class-Path")).isNull();
    }
  }

  /** Classes loaded before main are not among the libraries. */
  @Test
  void separatesItsOwnClassesFromTheLibraries() throws IOException {
    Set<String> own = AgentJar.entries(root.get(AgentJar.ISOLATED.get(0))).keySet();
    Set<String> libraries = AgentJar.entries(root.get(AgentJar.ISOLATED.get(1))).keySet();

    assertThat(own)
        .filteredOn(name -> name.endsWith(".classdata"))
        .hasSizeGreaterThan(100)
        .allMatch(name -> name.startsWith("io/github/alloydbagent/"))
        .noneMatch(name -> name.startsWith("io/github/alloydbagent/lib/"));
    assertThat(libraries)
        .hasSizeGreaterThan(1000)
        .noneMatch(name -> name.endsWith(".classdata") && own.contains(name));
  }

  /** A JVM reads every entry name at its start, whatever it uses of the agent. */
  @Test
  void hasFewEntries() {
    assertThat(root).hasSizeLessThan(100);
  }

  @Test
  void hasNoServiceFile() {
    assertThat(files(root.keySet())).noneMatch(name -> name.contains("META-INF/services"));
    assertThat(files(isolated.keySet())).noneMatch(name -> name.contains("META-INF/services"));
  }

  @Test
  void exposesNoThirdPartyClass() throws Exception {
    URL[] path = {JAR.toUri().toURL()};
    try (URLClassLoader application =
        new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
      assertThat(application.loadClass(name(BOOTSTRAP + "AgentMain")).getClassLoader())
          .isSameAs(application);
      Set<String> hidden = new TreeSet<>();
      for (String entry : isolated.keySet()) {
        if (entry.endsWith(".classdata")) {
          hidden.add(name(classes.get(entry).name()));
        }
      }
      assertThat(hidden)
          .contains(
              "net.bytebuddy.jar.asm.ClassReader",
              "io.github.alloydbagent.lib.com.google.auth.oauth2.GoogleCredentials",
              "io.github.alloydbagent.lib.org.apache.hc.core5.http.impl.io.HttpRequestExecutor",
              "io.github.alloydbagent.core.Agent");
      for (String name : hidden) {
        assertThatThrownBy(() -> application.loadClass(name))
            .isInstanceOf(ClassNotFoundException.class);
      }
    }
  }

  @Test
  void storesEachClassUnderItsName() {
    for (Map.Entry<String, ClassFile> entry : classes.entrySet()) {
      String name = entry.getValue().name();
      assertThat(entry.getKey())
          .isEqualTo(name + (root.containsKey(entry.getKey()) ? ".class" : ".classdata"));
    }
  }

  /**
   * Under their published names, other agents would recognize the libraries and trace their calls.
   */
  @Test
  void relocatesThirdPartyClasses() {
    assertThat(classes.values())
        .extracting(ClassFile::name)
        .allMatch(
            name ->
                name.startsWith("io/github/alloydbagent/")
                    || name.startsWith("net/bytebuddy/")
                    || name.startsWith("javax/annotation/"));
  }

  @Test
  void runsOnJava8() {
    assertThat(classes).hasSizeGreaterThan(1000);
    for (Map.Entry<String, ClassFile> entry : classes.entrySet()) {
      assertThat(entry.getValue().version()).as(entry.getKey()).isLessThanOrEqualTo(JAVA_8);
    }
  }

  @Test
  void doesNotReferenceJavaUtilLogging() {
    Set<String> found = new TreeSet<>();
    for (Map.Entry<String, ClassFile> entry : classes.entrySet()) {
      for (String text : entry.getValue().texts()) {
        if (text.contains("java/util/logging") || text.contains("java.util.logging")) {
          found.add(entry.getKey() + ": " + text);
        }
      }
    }
    assertThat(found).isEmpty();
  }

  /**
   * Google's libraries are compiled against the JDK's logging; its replacement has only a few
   * methods.
   */
  @Test
  void silentLoggingHasEveryCalledMember() {
    Set<String> called = new TreeSet<>();
    Set<String> there = new TreeSet<>();
    for (ClassFile file : classes.values()) {
      if (file.name().startsWith(SILENT_LOGGING)) {
        file.members().forEach(member -> there.add(file.name() + "." + member));
      }
      file.references().stream().filter(r -> r.startsWith(SILENT_LOGGING)).forEach(called::add);
    }
    String getLogger = "Logger.getLogger(Ljava/lang/String;)L" + SILENT_LOGGING + "Logger;";
    assertThat(called).contains(SILENT_LOGGING + getLogger);
    called.removeAll(there);
    assertThat(called).isEmpty();
  }

  /** A class that is referenced in any way but missing, such as {@code jul.Handler}. */
  @Test
  void silentLoggingHasEveryReferencedClass() {
    Set<String> named = new TreeSet<>();
    for (ClassFile file : classes.values()) {
      for (String text : file.texts()) {
        for (int at = text.indexOf(SILENT_LOGGING); at >= 0; ) {
          int end = at + SILENT_LOGGING.length();
          while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
            end++;
          }
          named.add(text.substring(at, end));
          at = text.indexOf(SILENT_LOGGING, end);
        }
      }
    }
    assertThat(named).contains(SILENT_LOGGING + "Level", SILENT_LOGGING + "Logger");
    for (String name : named) {
      assertThat(isolated).containsKey(name + ".classdata");
    }
  }

  @Test
  void hasNoBuildDate() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.stream().map(JarEntry::getTimeLocal).distinct()).hasSize(1);
    }
  }

  private static List<String> files(Set<String> entries) {
    return entries.stream().filter(name -> !name.endsWith("/")).toList();
  }

  private static String name(String path) {
    return path.replace('/', '.');
  }
}
