package io.github.alloydbagent.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Checks that {@code docs/moving.md} lists the properties of the connector version that these tests
 * use.
 */
class MovingFromConnectorTest {

  @Test
  void everyPropertyOfGooglesConnectorHasARow() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "moving.md"));
    assertThat(properties())
        .contains("alloydbInstanceName")
        .allSatisfy(property -> assertThat(page).contains("\n| `" + property + "` | "));
  }

  /** Returns the property names, from the constants of the connector's class. */
  private static List<String> properties() throws Exception {
    List<URL> jars = new ArrayList<>();
    for (Path jar : Built.tool("official-connector")) {
      jars.add(jar.toUri().toURL());
    }
    List<String> properties = new ArrayList<>();
    try (URLClassLoader loader =
        new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> names = loader.loadClass("com.google.cloud.alloydb.ConnectionConfig");
      for (Field field : names.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
          field.setAccessible(true);
          properties.add((String) field.get(null));
        }
      }
    }
    return properties;
  }
}
