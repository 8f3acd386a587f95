package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConnectionClassesTest {
  private static final String ROOT = "io.github.alloydbagent.";

  /** The packages whose classes run on the threads of an application that connects. */
  private static final String[] PACKAGES = {
    ROOT + "tunnel..",
    ROOT + "driver..",
    ROOT + "route..",
    ROOT + "refresh..",
    ROOT + "retry..",
    ROOT + "credentials..",
    ROOT + "crypto..",
    ROOT + "net..",
    ROOT + "status..",
    ROOT + "time..",
    ROOT + "core.connections.."
  };

  /** Classes that generate bytecode when a driver is loaded, before it connects. */
  private static final Set<String> OF_THE_WEAVER =
      Set.of("driver.DriverPackages", "driver.StreamConstructor$Weaving");

  @Test
  void areAllThatHaveAStaticInitializer() {
    List<String> initialized =
        new ClassFileImporter()
            .importPath(Path.of("target", "classes")).stream()
                .filter(type -> type.getStaticInitializer().isPresent())
                .filter(JavaClass.Predicates.resideInAnyPackage(PACKAGES))
                .map(type -> type.getName().substring(ROOT.length()))
                .filter(name -> !OF_THE_WEAVER.contains(name))
                .toList();
    assertThat(initialized).hasSizeGreaterThan(15);
    assertThat(ConnectionClasses.NAMES).containsAll(initialized);
  }

  @Test
  void canAllBeInitialized() {
    ConnectionClasses.initialize();
  }
}
