package io.github.alloydbagent.config;

import java.io.File;
import java.util.HashMap;
import java.util.Map;

/** Creates settings for tests as a user would write them. */
public final class TestSettings {
  public static final String INSTANCE = "projects/p/locations/l/clusters/c/instances/i";

  private TestSettings() {}

  /** Returns a mapping of one host with these further settings: name, value, name, value. */
  public static Mapping mapping(String... settings) {
    Map<String, String> properties = new HashMap<>();
    properties.put("alloydb.agent.instances", "host=" + INSTANCE);
    for (int i = 0; i < settings.length; i += 2) {
      properties.put("alloydb.agent." + settings[i], settings[i + 1]);
    }
    try {
      return Settings.read(null, properties, Map.of(), new File("none")).mappings().get(0);
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  public static IdentitySettings identity(String... settings) {
    return mapping(settings).settings().identity();
  }
}
