package io.github.alloydbagent.cli.check;

import io.github.alloydbagent.cli.Commands;
import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.cli.console.SettingsOptions;
import io.github.alloydbagent.cli.console.TimeConverter;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.DryRun;
import io.github.alloydbagent.core.files.FilePermissions;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.net.ProxyProblems;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks whether mapped hosts can be reached, the way an application with the agent would. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Tests each step of a connection to each mapped host, with the settings that an agent"
          + " started here would read: settings, credentials, token, Admin API, certificate,"
          + " address, TCP, TLS, metadata exchange, and PostgreSQL's first response. Sends no"
          + " password. Says what to do about a failure.",
      "",
      "Exit codes: 0 success, 1 a check failed, 2 invalid usage."
    },
    footerHeading = "%n",
    footer = {
      "Examples:",
      "  java -jar alloydb-agent.jar check",
      "  java -jar alloydb-agent.jar check orders-db:5432 --set ip-type=PSC",
      "  java -jar alloydb-agent.jar check --wait 60s      (in an init container)",
      "  java -jar alloydb-agent.jar check --json"
    })
public final class Check implements Callable<Integer> {
  private static final int DEFAULT_PORT = 5432;
  private static final long FIRST_PAUSE_MILLIS = 1_000;
  private static final long MAX_PAUSE_MILLIS = 10_000;

  /**
   * If a retry fails this close to the end of the wait, in milliseconds, the end may have caused
   * the failure.
   */
  private static final long CUT_SHORT_MILLIS = 500;

  private final Output output;
  private final File jar;
  private final String version;

  @Parameters(
      paramLabel = "HOST",
      arity = "0..*",
      description =
          "Hosts to check, as in the JDBC URL: orders-db, orders-db:5432; all mapped hosts if none"
              + " is given.")
  private List<String> hosts = new ArrayList<>();

  @Mixin private SettingsOptions options = new SettingsOptions();

  @Option(names = "--json", description = "Prints the result as JSON.")
  private boolean json;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Retries until everything succeeds or this time has passed: 60s, 5m.")
  private @Nullable Long waitMillis;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "The timeout for each host; the setting connect-timeout if not given.")
  private @Nullable Long timeoutMillis;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "The database user for the probe of PostgreSQL; if not given, the principal's with IAM"
              + " login, otherwise postgres.")
  private @Nullable String user;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      defaultValue = "postgres",
      description = "The database for the probe of PostgreSQL; ${DEFAULT-VALUE} if not given.")
  private String database = "postgres";

  @Option(
      names = {"-v", "--verbose"},
      description = "Prints what the agent would log at level debug, to standard error.")
  private boolean verbose;

  public Check(Output output, File jar, String version) {
    this.output = output;
    this.jar = jar;
    this.version = version;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Deadline waitDeadline = waitMillis == null ? null : Deadline.inMillis(waitMillis);
    long pause = FIRST_PAUSE_MILLIS;
    CheckResult result = attempt(null); // always one complete attempt, however short the wait
    while (result.failureCount() > 0
        && waitDeadline != null
        && waitDeadline.remainingMillis() > pause) {
      output.showProgress("failed; retrying until the time has passed");
      TimeUnit.MILLISECONDS.sleep(pause);
      pause = Math.min(MAX_PAUSE_MILLIS, 2 * pause);
      CheckResult next = attempt(waitDeadline);
      if (next.failureCount() == 0 || waitDeadline.remainingMillis() > CUT_SHORT_MILLIS) {
        // otherwise its time was cut short, and the previous result is more informative
        result = next;
      }
    }
    output.showProgress("");
    if (json) {
      output.printLine(CheckJson.of(result, version));
    } else {
      new CheckText(output).print(result);
    }
    return result.failureCount() == 0 ? Commands.SUCCESS : Commands.FAILURE;
  }

  /** Runs the whole check again, including the settings, which may have been fixed. */
  private CheckResult attempt(@Nullable Deadline waitDeadline) throws InterruptedException {
    Steps steps = new Steps(output::showProgress);
    steps.begin("settings");
    Settings settings;
    try {
      settings = options.read(jar);
    } catch (SettingsException e) {
      return failed(steps, ErrorCode.SETTINGS_INVALID.message(String.valueOf(e.getMessage())));
    }
    if (!settings.enabled()) {
      steps.succeeded("enabled is false: the agent does nothing");
      return new CheckResult(steps.done().get(0), Collections.<HostResult>emptyList(), null);
    }
    if (settings.mapsNothing()) {
      return failed(
          steps,
          settings.mappedHosts()
              + ". Set instances, such as --set"
              + " instances=my-db=projects/my-project/locations/us-central1/clusters/c/instances/i");
    }
    if (waitDeadline == null) { // first attempt
      settings.warnings().forEach(output::printError);
      for (String finding : new FilePermissions(System.getenv(), jar).findings(settings)) {
        output.printError(finding);
      }
      for (String problem : ProxyProblems.of(System.getProperties(), System.getenv())) {
        output.printError(problem);
      }
    }
    Log log = new Log(verbose ? LogLevel.DEBUG : LogLevel.OFF, output.err());
    try (DryRun dryRun = DryRun.of(settings, version, log)) {
      return checkHosts(dryRun, settings, waitDeadline, steps, log);
    } catch (IOException e) {
      String message = ExceptionMessages.sentence(ExceptionMessages.of(e));
      return failed(
          steps,
          ErrorCode.findIn(message) == null
              ? ErrorCode.of(e, ErrorCode.UNEXPECTED).message(message)
              : message);
    }
  }

  private CheckResult checkHosts(
      DryRun dryRun, Settings settings, @Nullable Deadline waitDeadline, Steps steps, Log log)
      throws IOException, InterruptedException {
    List<HostResult> results = new ArrayList<>();
    Map<String, Mapping> mappings = new LinkedHashMap<>();
    long general = timeout(settings.general().connectTimeoutMillis(), waitDeadline);
    if (hosts.isEmpty()) {
      for (Mapping mapping : dryRun.mappings(Deadline.inMillis(general))) {
        mappings.put(mapping.host(), mapping);
      }
    }
    for (String host : hosts) {
      try {
        Mapping mapping = find(dryRun, host, general);
        if (mapping != null) {
          mappings.put(host, mapping);
        } else {
          results.add(
              unmapped(
                  host,
                  "it is not mapped, so the agent does not change its connections; in effect: "
                      + settings.mappedHosts()
                      + "."));
        }
      } catch (IOException e) {
        results.add(unmapped(host, ExceptionMessages.of(e)));
      }
    }
    steps.succeeded(settings.mappedHosts());
    HostCheck check = new HostCheck(dryRun, user, database, log);
    for (Map.Entry<String, Mapping> entry : mappings.entrySet()) {
      Mapping mapping = entry.getValue();
      results.add(
          check.run(
              entry.getKey(),
              mapping,
              timeout(mapping.settings().connectTimeoutMillis(), waitDeadline),
              output::showProgress));
    }
    return new CheckResult(steps.done().get(0), results, null);
  }

  private static HostResult unmapped(String host, String reason) {
    return new HostResult(host, "", Collections.<Step>emptyList(), "host " + host + ": " + reason);
  }

  private static @Nullable Mapping find(DryRun dryRun, String host, long timeout)
      throws IOException {
    Deadline deadline = Deadline.inMillis(timeout);
    int colon = host.lastIndexOf(':');
    boolean isBareIpv6 = host.indexOf(':') != colon && !host.startsWith("[");
    boolean hasPort = colon > 0 && !isBareIpv6 && host.substring(colon + 1).matches("[0-9]{1,5}");
    return hasPort
        ? dryRun.find(
            host.substring(0, colon), Integer.parseInt(host.substring(colon + 1)), deadline)
        : dryRun.find(host, DEFAULT_PORT, deadline);
  }

  private static CheckResult failed(Steps steps, String failure) {
    steps.failed();
    return new CheckResult(steps.done().get(0), Collections.<HostResult>emptyList(), failure);
  }

  /** Returns the timeout in milliseconds, limited to the rest of the wait. */
  private long timeout(long configuredMillis, @Nullable Deadline waitDeadline) {
    long timeout = timeoutMillis == null ? configuredMillis : timeoutMillis;
    return waitDeadline == null
        ? timeout
        : Math.max(1_000, Math.min(timeout, waitDeadline.remainingMillis()));
  }
}
