package io.github.alloydbagent.cli.status;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.alloydbagent.util.ExceptionMessages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The status of one instance, as reported by its agent; times are in milliseconds since 1970. */
final class InstanceReport {
  private static final List<String> WORST_FIRST =
      Arrays.asList("FAILED", "DEGRADED", "STARTING", "IDLE", "READY");

  final String instance;
  final List<String> hosts = new ArrayList<>();
  final String state;
  final String address;
  final String ipType;
  final String principal;

  /** 0 if not known, as is nextRefresh. */
  final long certificateEnd;

  final long nextRefresh;
  final long openTunnels;
  final long connects;
  final long connectFailures;
  final double connectMillisMedian;
  final double connectMillis99;

  /** The latest error; empty if there was none. */
  final String error;

  final long errorTime;

  /** When the latest error first occurred. */
  final long errorFirstTime;

  final long errorTimes;

  InstanceReport(JsonObject object) {
    instance = AgentReport.text(object, "instance");
    JsonArray hostArray = object.getAsJsonArray("hosts");
    if (hostArray != null) {
      for (JsonElement host : hostArray) {
        hosts.add(ExceptionMessages.inOneLine(host.getAsString()));
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
    connectMillisMedian = AgentReport.fraction(object, "connectMillisMedian");
    connectMillis99 = AgentReport.fraction(object, "connectMillis99");
    JsonArray errors = object.getAsJsonArray("errors");
    JsonObject lastError =
        errors == null || errors.size() == 0 ? new JsonObject() : errors.get(0).getAsJsonObject();
    error = AgentReport.text(lastError, "message");
    errorTime = AgentReport.number(lastError, "time");
    errorFirstTime = AgentReport.number(lastError, "firstTime");
    errorTimes = AgentReport.number(lastError, "times");
  }

  /** Returns the cluster and the instance: {@code orders/primary}. */
  String shortName() {
    String[] parts = instance.split("/", -1);
    return parts.length == 8 ? parts[5] + "/" + parts[7] : instance;
  }

  /** Returns a sort key; states that need attention come first. */
  int severityRank() {
    int rank = WORST_FIRST.indexOf(state);
    return rank < 0 ? WORST_FIRST.size() : rank;
  }
}
