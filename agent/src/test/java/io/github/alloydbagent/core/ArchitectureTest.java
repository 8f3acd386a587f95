package io.github.alloydbagent.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The direction of packages, and what no package may touch. */
class ArchitectureTest {
  private static final String ROOT = "io.github.alloydbagent.";

  private static final JavaClasses AGENT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.alloydbagent");

  /** Each package with those of the agent's that it may know. */
  @ParameterizedTest
  @CsvSource({
    "bootstrap, ''",
    "cli, core tunnel refresh credentials config log time",
    "core, driver tunnel discovery refresh admin credentials http config route web jmx jfr status log time",
    "driver, ''",
    "tunnel, refresh admin credentials http config route status log time",
    "discovery, retry refresh admin credentials config route log time",
    "refresh, retry admin credentials config status log time",
    "admin, credentials http config time",
    "credentials, retry http config time",
    "http, time",
    "config, route",
    "route, ''",
    "web, status log time",
    "jmx, status log time",
    "jfr, status log time",
    "status, time",
    "log, time",
    "retry, time",
    "time, ''",
  })
  void packagesKnowOnlyThoseBelow(String name, String below) {
    List<String> allowed = new ArrayList<>();
    allowed.add(ROOT + name + "..");
    for (String other : below.split(" ")) {
      if (!other.isEmpty()) {
        allowed.add(ROOT + other + "..");
      }
    }
    noClasses()
        .that()
        .resideInAPackage(ROOT + name + "..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.github.alloydbagent..")
                .and(JavaClass.Predicates.resideOutsideOfPackages(allowed.toArray(new String[0]))))
        .check(AGENT);
  }

  @Test
  void bootstrapNamesTypesOfTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage(ROOT + "bootstrap")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(ROOT + "bootstrap", "java..", "org.jspecify.annotations")
        .check(AGENT);
  }

  @Test
  void nothingTouchesWhatAnAgentMustNotStart() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.util\\.logging\\..*|java\\.lang\\.management\\..*"
                + "|java\\.net\\.(Http)?URLConnection|javax\\.net\\.ssl\\.HttpsURLConnection")
        .check(AGENT);
    noClasses().should().callMethod(SSLContext.class, "getDefault").check(AGENT);
  }
}
