package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.tools.ExecFileLoader;
import org.jspecify.annotations.Nullable;

/** JaCoCo's agent; its file is analyzed as its reports do. */
final class JaCoCo implements Neighbour {

  private static final String ARTIFACT = "org.jacoco.agent";
  private static final String STREAM = "org/postgresql/core/PGStream";

  private @Nullable Path file;
  private final List<Boolean> counted = new ArrayList<>();

  static String name() {
    return "JaCoCo " + Neighbour.version(ARTIFACT);
  }

  @Override
  public List<String> flags(Path directory) {
    Path written = directory.resolve("jacoco-" + System.nanoTime() + ".exec");
    file = written;
    return List.of("-javaagent:" + Neighbour.jar(ARTIFACT) + "=destfile=" + written);
  }

  /** Returns the executed lines of each class of the program. */
  @Override
  public List<String> told(JvmResult result) throws IOException {
    ExecutionDataStore data = data();
    CoverageBuilder program = new CoverageBuilder();
    new Analyzer(data, program).analyzeAll(Built.apps().toFile());
    counted.add(countsStream(data));
    return program.getClasses().stream()
        .filter(JaCoCo::ran)
        .map(each -> each.getName() + ": " + lines(each))
        .sorted()
        .toList();
  }

  /**
   * Returns, for each JVM that it was added to, whether a report counts the executed code of the
   * driver's woven class.
   */
  List<Boolean> counted() {
    return counted;
  }

  private static boolean countsStream(ExecutionDataStore data) throws IOException {
    CoverageBuilder driver = new CoverageBuilder();
    Path jar = Built.newestDriver();
    try (JarFile file = new JarFile(jar.toFile());
        InputStream stream = file.getInputStream(file.getJarEntry(STREAM + ".class"))) {
      new Analyzer(data, driver).analyzeClass(stream, jar.toString());
    }
    boolean counted = driver.getClasses().stream().anyMatch(JaCoCo::ran);
    // data for a class of this name, but with different byte code
    boolean ranAsOther = !driver.getNoMatchClasses().isEmpty();
    if (counted == ranAsOther) {
      throw new AssertionError(STREAM + " did not run");
    }
    return counted;
  }

  private static boolean ran(IClassCoverage covered) {
    return covered.getLineCounter().getCoveredCount() > 0;
  }

  private static List<Integer> lines(IClassCoverage covered) {
    return IntStream.rangeClosed(covered.getFirstLine(), covered.getLastLine())
        .filter(line -> covered.getLine(line).getInstructionCounter().getCoveredCount() > 0)
        .boxed()
        .toList();
  }

  private ExecutionDataStore data() throws IOException {
    if (file == null) {
      throw new IllegalStateException("the agent was not added to any JVM");
    }
    ExecFileLoader loader = new ExecFileLoader();
    loader.load(file.toFile());
    return loader.getExecutionDataStore();
  }
}
