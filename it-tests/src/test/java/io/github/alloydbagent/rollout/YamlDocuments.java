package io.github.alloydbagent.rollout;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The documents of a YAML text, converted to JSON as Kubernetes' tools do. */
final class YamlDocuments {
  private final List<JsonObject> documents = new ArrayList<>();

  YamlDocuments(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    for (Object each : new Yaml(new SafeConstructor(options)).loadAll(text)) {
      documents.add(new Gson().toJsonTree(each).getAsJsonObject());
    }
  }

  List<JsonObject> all() {
    return documents;
  }

  /** Returns the only document of this kind. */
  JsonObject kind(String kind) {
    List<JsonObject> found =
        documents.stream().filter(each -> text(each, "kind").equals(kind)).toList();
    if (found.size() != 1) {
      throw new AssertionError("expected exactly one " + kind + ", found " + found.size());
    }
    return found.get(0);
  }

  /** Returns the object at this path of names. */
  static JsonObject at(JsonObject object, String... names) {
    JsonObject at = object;
    for (String name : names) {
      at = at.getAsJsonObject(name);
    }
    return at;
  }

  static String text(JsonObject object, String name) {
    return object.get(name).getAsString();
  }

  /** Returns the objects of a list; empty if the list is missing. */
  static Stream<JsonObject> list(JsonObject object, String name) {
    return object.has(name)
        ? StreamSupport.stream(object.getAsJsonArray(name).spliterator(), false)
            .map(JsonElement::getAsJsonObject)
        : Stream.empty();
  }
}
