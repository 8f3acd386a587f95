package io.github.alloydbagent.web;

import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.Failure;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

/** Formats the status page: one page of HTML without scripts or external resources. */
final class StatusPage {
  private static final String STYLE =
      ":root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--paper:#f5f7f9;--card:#fff;"
          + "--line:#d9e0e7;--good:#13795b;--warn:#9a6700;--bad:#b3261e;--bar:#cfe3f7;--now:#1f6fb5}"
          + "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa7b4;--paper:#11161c;"
          + "--card:#1a212a;--line:#2f3944;--good:#4cc38a;--warn:#e3b341;--bad:#ff8a80;"
          + "--bar:#27435e;--now:#79b8f3}}"
          + "*{box-sizing:border-box}body{margin:0;padding:1.25rem;background:var(--paper);"
          + "color:var(--ink);font:15px/1.45 system-ui,sans-serif}"
          + "main{max-width:60rem;margin:auto}h1{font-size:1.2rem;margin:0 0 1rem}"
          + "h1 small{color:var(--soft);font-weight:400}"
          + "section{background:var(--card);border:1px solid var(--line);border-radius:10px;"
          + "padding:1rem;margin-bottom:1rem}"
          + "h2{font-size:1rem;margin:0;overflow-wrap:anywhere}p{margin:.25rem 0;color:var(--soft);"
          + "overflow-wrap:anywhere}"
          + "b.s{float:right;margin-left:.75rem;padding:.05rem .6rem;border:1px solid;"
          + "border-radius:1rem;font-size:.8rem}"
          + ".READY,.IDLE{color:var(--good)}.DEGRADED,.STARTING{color:var(--warn)}"
          + ".FAILED{color:var(--bad)}"
          + "svg{display:block;width:100%;height:22px;margin-top:.75rem}"
          + ".life{fill:var(--bar)}.gone{fill:var(--now);opacity:.45}.at{fill:var(--now)}"
          + ".next{fill:var(--warn)}"
          + "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));"
          + "gap:.6rem 1rem;margin:.9rem 0 0}dt{color:var(--soft);font-size:.8rem}"
          + "dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
          + "ul{margin:.9rem 0 0;padding:0;list-style:none}"
          + "li{border-top:1px solid var(--line);padding:.5rem 0 0;margin-top:.5rem;"
          + "overflow-wrap:anywhere}li time{color:var(--soft);font-size:.8rem;display:block}";

  /** Content security policy that allows only the style of this page. */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; style-src 'sha256-"
          + hash()
          + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final StringBuilder html = new StringBuilder();
  private final long now;

  private StatusPage(long now) {
    this.now = now;
  }

  static String of(Instances instances, String version, long nowMillis) {
    StatusPage page = new StatusPage(nowMillis);
    page.write(instances, version);
    return page.html.toString();
  }

  private static String hash() {
    try {
      byte[] sum =
          JdkProviders.messageDigest("SHA-256").digest(STYLE.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JVM has it
    }
  }

  private void write(Instances instances, String version) {
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append("<meta http-equiv=\"refresh\" content=\"10\"><title>AlloyDB Agent</title><style>")
        .append(STYLE)
        .append("</style></head><body><main><h1>AlloyDB Agent <small>")
        .append(escaped(version))
        .append(", ")
        .append(Log.utc(now))
        .append("</small></h1>\n");
    boolean any = false;
    for (InstanceStatus status : instances.all()) {
      any = true;
      instance(status);
    }
    if (!any) {
      html.append("<section><p>No instance yet.</p></section>\n");
    }
    html.append("</main></body></html>\n");
  }

  private void instance(InstanceStatus status) {
    String state = status.state().name();
    html.append("<section><b class=\"s ").append(state).append("\">").append(state);
    html.append("</b><h2>").append(escaped(String.join(", ", status.hosts()))).append("</h2><p>");
    html.append(escaped(status.instance())).append("<br>as ").append(escaped(status.principal()));
    if (!status.address().isEmpty()) {
      html.append(", at ").append(escaped(status.ipType() + " " + status.address()));
    }
    html.append("</p>");
    certificate(status);
    html.append("<dl>");
    figure("Certificate until", status.certificateEnd() == 0 ? "-" : at(status.certificateEnd()));
    figure("Next refresh", status.nextRefresh() == 0 ? "on demand" : at(status.nextRefresh()));
    figure("Refreshes", status.refreshes() + ", failed " + status.refreshFailures());
    figure("Connects", status.connects() + ", failed " + status.connectFailures());
    figure("Connect latency", latency(status));
    figure("Open tunnels", String.valueOf(status.openTunnels()));
    figure("In / out", bytes(status.bytesReceived()) + " / " + bytes(status.bytesSent()));
    for (Map.Entry<String, Long> stage : status.connectFailuresByStage().entrySet()) {
      figure("Failed at " + stage.getKey(), String.valueOf(stage.getValue()));
    }
    html.append("</dl>");
    errors(status);
    html.append("</section>\n");
  }

  /**
   * Draws the life of the certificate from left to right: the part that has passed, now, and the
   * next refresh.
   */
  private void certificate(InstanceStatus status) {
    long start = status.certificateStart();
    long life = status.certificateEnd() - start;
    if (life <= 0) {
      return;
    }
    double over = share(now - start, life);
    html.append("<svg viewBox=\"0 0 1000 22\" preserveAspectRatio=\"none\" role=\"img\">");
    html.append("<title>the certificate's lifetime; the mark is the next refresh</title>");
    rectangle("life", 0, 6, 1000, 10);
    rectangle("gone", 0, 6, over, 10);
    if (status.nextRefresh() > 0) {
      rectangle("next", Math.max(0, share(status.nextRefresh() - start, life) - 3), 1, 6, 20);
    }
    rectangle("at", Math.max(0, over - 2), 3, 4, 16);
    html.append("</svg>");
  }

  private static double share(long part, long life) {
    return 1000.0 * Math.max(0, Math.min(part, life)) / life;
  }

  private void rectangle(String kind, double x, int y, double width, int height) {
    html.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
            kind,
            x,
            y,
            width,
            height));
  }

  private void errors(InstanceStatus status) {
    if (status.failures().isEmpty()) {
      return;
    }
    html.append("<ul>");
    for (Failure failure : status.failures()) {
      html.append("<li><time>").append(Log.utc(failure.millis()));
      if (failure.times() > 1) {
        html.append(", ").append(failure.times()).append(" times since ");
        html.append(Log.utc(failure.firstMillis()));
      }
      html.append("</time>").append(escaped(failure.message())).append("</li>");
    }
    html.append("</ul>");
  }

  private void figure(String name, String value) {
    html.append("<div><dt>").append(escaped(name)).append("</dt><dd>");
    html.append(escaped(value)).append("</dd></div>");
  }

  private String at(long millis) {
    long minutes = Math.round((millis - now) / 60_000.0);
    String clock = Log.utc(millis).substring("2026-01-01T".length());
    return (minutes < 0 ? -minutes + " min ago, " : "in " + minutes + " min, ") + clock;
  }

  private static String latency(InstanceStatus status) {
    return status.connects() == 0
        ? "-"
        : String.format(
            Locale.ROOT,
            "%.0f ms; 95%%: %.0f, 99%%: %.0f",
            status.latencies().percentile(0.5),
            status.latencies().percentile(0.95),
            status.latencies().percentile(0.99));
  }

  private static String bytes(long count) {
    if (count < 10_000) {
      return count + " B";
    }
    return count < 10_000_000 ? count / 1000 + " kB" : count / 1_000_000 + " MB";
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
