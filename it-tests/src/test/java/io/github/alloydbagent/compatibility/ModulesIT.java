package io.github.alloydbagent.compatibility;

import static io.github.alloydbagent.compatibility.MappedDatabase.URL;
import static io.github.alloydbagent.compatibility.MappedDatabase.arguments;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests a module path without a class path: only the agent's jar is outside of modules. */
@Tag("compatibility")
class ModulesIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = JvmRow.firstOf(17, 11, 21, 25);

  @ParameterizedTest
  @FieldSource("JDKS")
  void aModularApplicationAndItsDriverWork(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    Path application = Built.application("modular").resolve("classes");
    MappedDatabase database = new MappedDatabase();
    JvmResult result =
        Jvm.of(jdk)
            .agent()
            .environment(database.environment())
            .flags("-p", application + File.pathSeparator + Built.newestDriver(), "-m")
            .main("com.acme.orders/com.acme.orders.Orders", arguments(URL))
            .run()
            .checkSucceeded();

    assertThat(result.outLines())
        .containsExactly(
            "application: module com.acme.orders",
            "driver: module org.postgresql.jdbc",
            "orders: 100, last lamp 99");
    assertThat(database.tunnels()).isEqualTo(1);
    database.assertTwoLines(result);
    new JvmRow("a module path: an application with a `module-info`, pgjdbc as a named module")
        .worksOn(version);
  }
}
