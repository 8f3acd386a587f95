package io.github.alloydbagent.rollout;

import static io.github.alloydbagent.rollout.YamlDocuments.at;
import static io.github.alloydbagent.rollout.YamlDocuments.list;
import static io.github.alloydbagent.rollout.YamlDocuments.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A pod, as far as it can run on a machine without Kubernetes: its containers are processes and its
 * volumes directories.
 */
final class Pod {
  private final JsonObject spec;
  private final Jdk jdk;
  private final Path directory;
  private int revision;

  Pod(JsonObject spec, Jdk jdk, Path directory) throws IOException {
    this.spec = spec;
    this.jdk = jdk;
    this.directory = directory;
    for (JsonObject volume : list(spec, "volumes").toList()) {
      Files.createDirectory(directory.resolve(text(volume, "name")));
    }
  }

  /** Returns the container or init container with this name. */
  JsonObject container(String name) {
    return Stream.concat(list(spec, "initContainers"), list(spec, "containers"))
        .filter(each -> text(each, "name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Writes the files of a ConfigMap as the kubelet does, initially and after changes: into a new
   * directory, to which a symbolic link is then switched atomically.
   */
  void write(String volume, Map<String, String> files) throws IOException {
    Path mounted = directory.resolve(volume);
    String name = "..revision-" + ++revision;
    Path data = Files.createDirectory(mounted.resolve(name));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(data.resolve(file.getKey()), file.getValue());
      Path link = mounted.resolve(file.getKey());
      if (!Files.isSymbolicLink(link)) {
        Files.createSymbolicLink(link, Path.of("..data", file.getKey()));
      }
    }
    Path fresh = Files.createSymbolicLink(mounted.resolve("..data_tmp"), Path.of(name));
    Files.move(fresh, mounted.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Returns a container's command, with this machine's paths. */
  List<String> command(JsonObject container) {
    List<String> command = new ArrayList<>();
    for (JsonElement word : container.getAsJsonArray("command")) {
      command.add(onThisMachine(container, word.getAsString()));
    }
    return command;
  }

  /** Returns a container's environment, with this machine's paths. */
  Map<String, String> environment(JsonObject container) {
    Map<String, String> environment = new LinkedHashMap<>();
    list(container, "env")
        .forEach(
            each ->
                environment.put(text(each, "name"), onThisMachine(container, text(each, "value"))));
    return environment;
  }

  private String onThisMachine(JsonObject container, String word) {
    if (word.equals("java")) {
      return jdk.java().toString();
    }
    if (word.equals("/alloydb-agent.jar")) { // in the image
      return Built.agentJar().toString();
    }
    Map<String, String> mounts =
        list(container, "volumeMounts")
            .collect(
                Collectors.toMap(
                    mount -> text(mount, "mountPath") + "/",
                    mount -> directory.resolve(text(mount, "name")) + "/"));
    Pattern paths =
        Pattern.compile(
            mounts.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|")));
    return paths.matcher(word).replaceAll(path -> mounts.get(path.group()));
  }

  /** Returns the path and the port of a probe. */
  static Map.Entry<String, Integer> probe(JsonObject container, String name) {
    JsonObject get = at(container, name, "httpGet");
    int port =
        list(container, "ports")
            .filter(each -> text(each, "name").equals(text(get, "port")))
            .map(each -> each.get("containerPort").getAsInt())
            .findFirst()
            .orElseThrow();
    return Map.entry(text(get, "path"), port);
  }
}
