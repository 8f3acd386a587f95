package io.github.alloydbagent.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.alloydbagent.crypto.JdkProviders;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Enforces the direction of dependencies between packages, and what no package may use. */
class ArchitectureTest {
  private static final String ROOT = "io.github.alloydbagent.";

  private static final Set<String> DEFAULTS =
      Set.of("getDefault", "getDefaultType", "getDefaultAlgorithm");

  private static final JavaClasses AGENT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.alloydbagent");

  /** Each package, with the agent's packages that it may depend on. */
  @ParameterizedTest
  @CsvSource({
    "bootstrap, ''",
    "cli, core tunnel refresh credentials config crypto net log time util",
    "core, driver tunnel discovery refresh admin credentials http net crypto config route web jmx jfr status log time util",
    "driver, util",
    "tunnel, refresh admin credentials http net crypto config route status log time util",
    "tunnel.socket, tunnel.postgres status util",
    "tunnel.postgres, credentials config log util",
    "tunnel.metadata, tunnel.postgres",
    "discovery, retry refresh admin credentials config route log time util",
    "refresh, retry admin credentials crypto config status log time util",
    "admin, credentials http crypto config time util",
    "credentials, retry http crypto config time util",
    "http, net crypto time util",
    "net, time util",
    "crypto, ''",
    "config, route util",
    "config.source, config.setting route util",
    "config.setting, route util",
    "route, ''",
    "web, crypto status log time util",
    "jmx, status log time util",
    "jfr, status log time",
    "status, time",
    "log, time util",
    "retry, time",
    "time, ''",
    "util, ''",
    "core.threads, refresh log util",
    "core.files, config log util",
  })
  void packagesDependOnlyOnThoseBelow(String name, String below) {
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
  void bootstrapUsesOnlyJdkTypes() {
    classes()
        .that()
        .resideInAPackage(ROOT + "bootstrap")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(ROOT + "bootstrap", "java..", "org.jspecify.annotations")
        .check(AGENT);
  }

  @Test
  void nothingUsesWhatAnAgentMustNotInitialize() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.util\\.logging\\..*|java\\.lang\\.management\\..*"
                + "|java\\.net\\.(Http)?URLConnection|javax\\.net\\.ssl\\.HttpsURLConnection")
        .check(AGENT);
    noClasses().should().callMethod(SSLContext.class, "getDefault").check(AGENT);
  }

  /** The application owns the JVM's list of security providers, and the defaults. */
  @Test
  void cryptographyIsNeverLookedUpInTheJvmsProviderList() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(JdkProviders.class.getName())
        .should()
        .callMethodWhere(
            describe(
                "looks up an algorithm by the order or the names of providers",
                call ->
                    isCryptographic(call.getTargetOwner())
                        && (call.getName().startsWith("getInstance")
                                && !call.getTarget()
                                    .getRawParameterTypes()
                                    .get(call.getTarget().getRawParameterTypes().size() - 1)
                                    .isEquivalentTo(Provider.class)
                            || DEFAULTS.contains(call.getName()))))
        .orShould()
        .callConstructorWhere(
            describe(
                "makes a SecureRandom of the first provider",
                call -> call.getTargetOwner().isEquivalentTo(SecureRandom.class)))
        .check(AGENT);
  }

  private static boolean isCryptographic(JavaClass owner) {
    return owner.getPackageName().startsWith("java.security")
        || owner.getPackageName().startsWith("javax.net")
        || owner.getPackageName().startsWith("javax.crypto");
  }
}
