package io.github.alloydbagent.rollout;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Validates a resource against Kubernetes' published Java models, as the API server would. */
final class KubernetesSchema {
  /** Maps of strings, for which the models accept numbers and a server does not. */
  private static final Set<String> STRINGS =
      Set.of("annotations", "labels", "matchLabels", "data", "nodeSelector", "limits", "requests");

  private KubernetesSchema() {}

  /**
   * @throws IllegalArgumentException if a field is unknown, missing, or has the wrong type
   */
  static void check(JsonObject document) throws IOException {
    String kind = document.get("apiVersion").getAsString() + " " + document.get("kind");
    switch (kind.replace("\"", "")) {
      case "v1 ServiceAccount" -> V1ServiceAccount.validateJsonElement(document);
      case "v1 ConfigMap" -> V1ConfigMap.validateJsonElement(document);
      case "apps/v1 Deployment" -> V1Deployment.validateJsonElement(document);
      default -> throw new IllegalArgumentException("no schema for " + kind);
    }
    checkStrings(document);
  }

  private static void checkStrings(JsonElement element) {
    if (element.isJsonArray()) {
      element.getAsJsonArray().forEach(KubernetesSchema::checkStrings);
    } else if (element.isJsonObject()) {
      for (Map.Entry<String, JsonElement> each : element.getAsJsonObject().entrySet()) {
        if (STRINGS.contains(each.getKey())) {
          each.getValue().getAsJsonObject().entrySet().forEach(KubernetesSchema::checkString);
        } else if (each.getKey().equals("value")) {
          checkString(each);
        } else {
          checkStrings(each.getValue());
        }
      }
    }
  }

  private static void checkString(Map.Entry<String, JsonElement> entry) {
    JsonElement value = entry.getValue();
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw new IllegalArgumentException(entry.getKey() + " should be a string: " + value);
    }
  }
}
