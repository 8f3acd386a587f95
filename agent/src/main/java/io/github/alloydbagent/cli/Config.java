package io.github.alloydbagent.cli;

import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.cli.console.SettingsOptions;
import io.github.alloydbagent.config.EffectiveSetting;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.files.FilePermissions;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints every setting in effect and its source. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "Shows every setting in effect and its source, as an agent that is started here would read"
          + " them. Secrets are not shown.",
      "",
      "Exit codes: 0 success, 1 the settings have errors (all are listed), 2 invalid usage."
    },
    footerHeading = "%n",
    footer = {
      "Examples:",
      "  java -jar alloydb-agent.jar config",
      "  java -jar alloydb-agent.jar config --set ip-type=PSC",
      "  java -Dalloydb.agent.config-file=agent.properties -jar alloydb-agent.jar config"
    })
final class Config implements Callable<Integer> {
  private final Output output;
  private final File jar;

  @Mixin private SettingsOptions options = new SettingsOptions();

  Config(Output output, File jar) {
    this.output = output;
    this.jar = jar;
  }

  @Override
  public Integer call() {
    Settings settings;
    try {
      settings = options.read(jar);
    } catch (SettingsException e) {
      output.printError(ErrorCode.SETTINGS_INVALID.message(String.valueOf(e.getMessage())));
      e.warnings().forEach(output::printError);
      e.notices().forEach(output::printError);
      return Commands.FAILURE;
    }
    int width = 0;
    for (EffectiveSetting setting : settings.effectiveSettings()) {
      width = Math.max(width, setting.name().length());
    }
    for (EffectiveSetting setting : settings.effectiveSettings()) {
      StringBuilder line = new StringBuilder(setting.name());
      while (line.length() < width + 2) {
        line.append(' ');
      }
      line.append(setting.value().isEmpty() ? "-" : setting.value());
      output.printLine(line + "  (" + setting.place() + ")");
    }
    settings.warnings().forEach(output::printError);
    settings.notices().forEach(output::printError);
    for (String finding : new FilePermissions(System.getenv(), jar).findings(settings)) {
      output.printError(finding);
    }
    if (!settings.enabled()) {
      output.printLine("The agent is disabled; other settings are not read.");
    }
    return Commands.SUCCESS;
  }
}
