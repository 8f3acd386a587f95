package io.github.alloydbagent.config;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The four places where settings come from, and which of them has a setting first. Names under
 * {@code alloydb.agent.} and {@code ALLOYDB_AGENT_} may be the application's own: there, one that
 * is near no setting's name is worth a warning alone.
 */
final class Sources {

  /** The one variable that has a short name besides its full one. */
  static final String SHORT_INSTANCES = "ALLOYDB_INSTANCES";

  static final String DEFAULT_FILE = "alloydb-agent.properties";

  private final Map<String, Given> given = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final Mistakes mistakes;
  private @Nullable File file;

  Sources(Mistakes mistakes) {
    this.mistakes = mistakes;
  }

  void readAll(
      @Nullable String agentArguments,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      File jarDirectory) {
    addOwn(AgentArguments.split(agentArguments));
    addShared(systemProperties, "system property ", Setting.PROPERTY_PREFIX, true);
    addShared(environment, "environment variable ", Setting.VARIABLE_PREFIX, false);
    readFile(jarDirectory);
  }

  @Nullable Given find(Setting<?> setting) {
    return given.get(setting.name);
  }

  List<String> warnings() {
    return warnings;
  }

  /** The settings file that was read, or null. */
  @Nullable File file() {
    return file;
  }

  private void readFile(File jarDirectory) {
    Given named = find(KnownSettings.CONFIG_FILE);
    File beside = new File(jarDirectory, DEFAULT_FILE);
    if (named == null && !beside.exists()) {
      return;
    }
    String text = named == null ? beside.getPath() : named.text;
    String place = named == null ? "beside the jar" : named.place;
    if (text.isEmpty()) {
      return; // said where values are judged
    }
    try {
      File found = Syntax.READABLE_FILE.parse(text);
      addOwn(PropertiesFile.read(found, mistakes));
      file = found;
    } catch (UnfitException e) {
      mistakes.unfit(KnownSettings.CONFIG_FILE, text, place, e.why());
    } catch (IOException e) {
      mistakes.unfit(
          KnownSettings.CONFIG_FILE, text, place, "reading it failed: " + e.getMessage());
    }
  }

  /** Settings from a place that is the agent's alone: an unknown one is a mistake. */
  private void addOwn(List<Given> settings) {
    Map<String, Given> here = new HashMap<>();
    for (Given setting : settings) {
      boolean inFile = !setting.place.startsWith("agent argument");
      Given first = here.get(setting.name);
      if (KnownSettings.find(setting.name) == null) {
        unknown(setting);
      } else if (first != null) {
        mistakes.add(
            setting.name,
            setting.place,
            "it a second time",
            "it once; first at " + first.place,
            null);
      } else if (inFile && setting.name.equals(KnownSettings.CONFIG_FILE.name)) {
        mistakes.add(
            setting.name,
            setting.place,
            "it in a settings file",
            "it among agent arguments, system properties or environment variables",
            null);
      } else {
        here.put(setting.name, setting);
      }
    }
    for (Given setting : here.values()) {
      if (!given.containsKey(setting.name)) {
        given.put(setting.name, setting);
      }
    }
  }

  /** Never prints the value: it may be a secret under a misspelt name. */
  private void unknown(Given setting) {
    if (setting.name.isEmpty()) {
      mistakes.add(
          "agent arguments", setting.place, Mistakes.quoted(setting.text), "name=value", null);
    } else if (setting.text.startsWith("projects/")) {
      mistakes.add(
          setting.name,
          setting.place,
          "a mapping where a setting should begin",
          "it within instances; in a file, a line that goes on in the next ends in \\",
          null);
    } else {
      List<String> names = KnownSettings.names(false);
      String nearest = NearestName.of(setting.name, names);
      mistakes.add(
          setting.name,
          setting.place,
          "a setting that is unknown",
          nearest == null ? "one of " + Words.joined(names) : "a known one",
          nearest);
    }
  }

  private void addShared(
      Map<String, String> variables, String kind, String prefix, boolean properties) {
    List<String> spellings = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.ALL) {
      String name = properties ? setting.systemProperty() : setting.environmentVariable();
      spellings.add(name);
      String text = variables.get(name);
      if (text == null && setting == KnownSettings.INSTANCES && !properties) {
        name = SHORT_INSTANCES;
        text = variables.get(name);
      }
      if (text != null && !given.containsKey(setting.name)) {
        given.put(setting.name, new Given(setting.name, text.trim(), kind + name));
      }
    }
    List<String> unknown = new ArrayList<>();
    for (String name : variables.keySet()) {
      if (name.startsWith(prefix) && !spellings.contains(name)) {
        unknown.add(name);
      }
    }
    Collections.sort(unknown);
    for (String name : unknown) {
      String nearest = nearest(name, prefix, spellings);
      if (nearest == null) {
        warnings.add(kind + name + " is no setting of the AlloyDB Agent; it is ignored");
      } else {
        mistakes.add(
            name.substring(prefix.length()),
            kind + name,
            "a setting that is unknown",
            "a known one",
            nearest);
      }
    }
  }

  /** Compares what follows the prefix, so that the prefix does not count for the length. */
  private static @Nullable String nearest(String name, String prefix, List<String> spellings) {
    List<String> names = new ArrayList<>();
    for (String spelling : spellings) {
      names.add(spelling.substring(prefix.length()));
    }
    String nearest = NearestName.of(name.substring(prefix.length()), names);
    return nearest == null ? null : prefix + nearest;
  }
}
