package io.github.alloydbagent.cli.status;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How one instance stands, as its agent tells it; times are milliseconds since 1970. */
final class InstanceReport {
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

  InstanceReport(JsonObject object) {
    instance = AgentReport.text(object, "instance");
    JsonArray named = object.getAsJsonArray("hosts");
    if (named != null) {
      for (JsonElement host : named) {
        hosts.add(AgentReport.plain(host.getAsString()));
      }
    }
    state = AgentReport.text(object, "state");
    address = AgentReport.text(object, "address");
    ipType = AgentReport.text(object, "ipType");
    principal = AgentReport.text(object, "principal");
    certificateEnd = AgentReport.number(object, "certificateEnd");
    nextRefresh = AgentReport.number(object, "nextRefresh");
    openTunnels = AgentReport.number(object, "openTunnels");
    connects = AgentReport.number(object, "connects");
    connectFailures = AgentReport.number(object, "connectFailures");
    millisMedian = AgentReport.fraction(object, "connectMillisMedian");
    millis99 = AgentReport.fraction(object, "connectMillis99");
    JsonArray errors = object.getAsJsonArray("errors");
    JsonObject last =
        errors == null || errors.size() == 0 ? new JsonObject() : errors.get(0).getAsJsonObject();
    error = AgentReport.text(last, "message");
    errorTime = AgentReport.number(last, "time");
    errorFirstTime = AgentReport.number(last, "firstTime");
    errorTimes = AgentReport.number(last, "times");
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
