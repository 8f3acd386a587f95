package io.github.alloydbagent.rollout;

import com.google.api.client.json.gson.GsonFactory;
import com.google.api.client.util.GenericData;
import com.google.api.services.run.v1.model.Service;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Collection;

/** The schema of a Cloud Run service, as its API's published Java models know it. */
final class CloudRunSchema {

  private CloudRunSchema() {}

  /**
   * @throws IllegalArgumentException for a field that there is not, and for one of another type
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
