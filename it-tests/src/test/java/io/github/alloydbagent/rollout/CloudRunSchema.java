package io.github.alloydbagent.rollout;

import com.google.api.client.json.gson.GsonFactory;
import com.google.api.client.util.GenericData;
import com.google.api.services.run.v1.model.Service;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Collection;

/** Validates a Cloud Run service against the API's published Java models. */
final class CloudRunSchema {

  private CloudRunSchema() {}

  /**
   * @throws IllegalArgumentException if a field is unknown or has the wrong type
   */
  static Service check(JsonObject document) throws IOException {
    Service service =
        GsonFactory.getDefaultInstance().fromString(document.toString(), Service.class);
    checkKnown(service);
    return service;
  }

  private static void checkKnown(Object value) {
    if (value instanceof GenericData data) {
      if (!data.getUnknownKeys().isEmpty()) {
        throw new IllegalArgumentException(
            data.getClass().getSimpleName() + " has no " + data.getUnknownKeys().keySet());
      }
      data.values().forEach(CloudRunSchema::checkKnown);
    } else if (value instanceof Collection<?> list) {
      list.forEach(CloudRunSchema::checkKnown);
    }
  }
}
