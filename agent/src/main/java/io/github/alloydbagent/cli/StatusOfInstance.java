package io.github.alloydbagent.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How one instance stands, as its agent tells it; times are milliseconds since 1970. */
final class StatusOfInstance {
  private static final List<String> WORST_FIRST =
      Arrays.asList("FAILED", "DEGRADED", "STARTING", "IDLE", "READY");

  final String instance;
  final List<String> hosts = new ArrayList<>();
  final String state;
  final String address;
  final String ipType;
  final String principal;

  /** 0 if there is none, as the next. */
  final long certificateEnd;

  final long nextRefresh;
  final long openTunnels;
  final long connects;
  final long connectFailures;
  final double millisMedian;
  final double millis99;

  /** The last one; empty if there was none. */
  final String error;

  final long errorTime;

  /** When that error was seen for the first time. */
  final long errorFirstTime;

  final long errorTimes;

  StatusOfInstance(JsonObject object) {
    instance = StatusOfAgent.text(object, "instance");
    JsonArray named = object.getAsJsonArray("hosts");
    if (named != null) {
      for (JsonElement host : named) {
        hosts.add(StatusOfAgent.plain(host.getAsString()));
      }
    }
    state = StatusOfAgent.text(object, "state");
    address = StatusOfAgent.text(object, "address");
    ipType = StatusOfAgent.text(object, "ipType");
    principal = StatusOfAgent.text(object, "principal");
    certificateEnd = StatusOfAgent.number(object, "certificateEnd");
    nextRefresh = StatusOfAgent.number(object, "nextRefresh");
    openTunnels = StatusOfAgent.number(object, "openTunnels");
    connects = StatusOfAgent.number(object, "connects");
    connectFailures = StatusOfAgent.number(object, "connectFailures");
    millisMedian = StatusOfAgent.fraction(object, "connectMillisMedian");
    millis99 = StatusOfAgent.fraction(object, "connectMillis99");
    JsonArray errors = object.getAsJsonArray("errors");
    JsonObject last =
        errors == null || errors.size() == 0 ? new JsonObject() : errors.get(0).getAsJsonObject();
    error = StatusOfAgent.text(last, "message");
    errorTime = StatusOfAgent.number(last, "time");
    errorFirstTime = StatusOfAgent.number(last, "firstTime");
    errorTimes = StatusOfAgent.number(last, "times");
  }

  /** The cluster and the instance: {@code orders/primary}. */
  String shortName() {
    String[] parts = instance.split("/", -1);
    return parts.length == 8 ? parts[5] + "/" + parts[7] : instance;
  }

  /** Low for what needs a person. */
  int rank() {
    int rank = WORST_FIRST.indexOf(state);
    return rank < 0 ? WORST_FIRST.size() : rank;
  }
}
