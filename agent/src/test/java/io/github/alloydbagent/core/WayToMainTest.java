package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that the code that runs before {@code main}, on its thread, uses no lambdas: the first
 * lambda of a JVM takes fifty milliseconds on Java 8.
 */
class WayToMainTest {
  private static final Path CLASSES = Path.of("target", "classes", "io", "github", "alloydbagent");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config",
        "route",
        "core/Agent",
        "core/threads/DaemonThreadFactory",
        "core/connections/MappedConnections",
        "core/connections/RuntimeHolder",
        "core/SettingsLoader",
        "core/StartAttempts",
        "core/StatusRequests",
        "core/WeaverSource",
        "driver/DriverHooks",
        "driver/DriverNotices",
        "log/Log",
        "util/Printable"
      })
  void hasNoLambdas(String place) throws IOException {
    assertThat(lambdas(place)).isEmpty();
  }

  /**
   * A lambda needs much stack the first time. If a thread of the application has too little left,
   * the class that is being initialized is unusable for the rest of the JVM's life.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tunnel",
        "driver",
        "route",
        "refresh",
        "retry",
        "credentials",
        "crypto",
        "net",
        "status",
        "time",
        "core/connections"
      })
  void staticInitializersOfAConnectionHaveNoLambdas(String place) throws IOException {
    assertThat(lambdas(place)).noneMatch(method -> method.endsWith(" <clinit>"));
  }

  @Test
  void findsLambdas() throws IOException {
    assertThat(lambdas("core/connections/Targets")).isNotEmpty();
  }

  /** Returns the methods with lambdas in a package, or in a class and its nested classes. */
  private static List<String> lambdas(String place) throws IOException {
    List<String> found = new ArrayList<>();
    List<Path> files;
    Path path = CLASSES.resolve(place);
    try (Stream<Path> all = Files.walk(Files.isDirectory(path) ? path : path.getParent())) {
      files =
          all.filter(file -> file.toString().endsWith(".class"))
              .filter(file -> file.toString().matches(path + "([/$.].*)"))
              .toList();
    }
    assertThat(files).as(place).isNotEmpty();
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        new ClassReader(in).accept(new Methods(file, found), ClassReader.SKIP_DEBUG);
      }
    }
    return found;
  }

  private static final class Methods extends ClassVisitor {
    private final Path file;
    private final List<String> found;

    Methods(Path file, List<String> found) {
      super(Opcodes.ASM9);
      this.file = file;
      this.found = found;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInvokeDynamicInsn(
            String called, String type, Handle bootstrap, Object... arguments) {
          found.add(CLASSES.relativize(file) + " " + name);
        }
      };
    }
  }
}
