package io.github.alloydbagent.cli.console;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.SettingsLoader;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Settings on the command line, which replace the agent arguments. All other settings are read from
 * the same sources as by the agent.
 */
public final class SettingsOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--config-file",
      paramLabel = "FILE",
      description = "A properties file with settings; the same as the setting config-file.")
  private @Nullable File file;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A setting, as in the agent's arguments; takes precedence over the environment and"
              + " files. Can be repeated.")
  private List<String> set = new ArrayList<>();

  /**
   * Returns the settings in effect for an agent started here with these arguments.
   *
   * @throws SettingsException listing all errors
   */
  public Settings read(File jar) throws SettingsException {
    return SettingsLoader.ofThisJvm(arguments(false), jar).call();
  }

  /**
   * Returns the agent arguments, which follow the jar's name in {@code -javaagent}; null if there
   * are none.
   *
   * @param absolute whether to make file names absolute
   */
  public @Nullable String arguments(boolean absolute) {
    List<String> all = new ArrayList<>();
    if (file != null) {
      all.add("config-file=" + (absolute ? file.getAbsolutePath() : file.getPath()));
    }
    for (String setting : set) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "--set expects NAME=VALUE, such as --set ip-type=PSC");
      }
      String name = setting.substring(0, equals).trim();
      String value = setting.substring(equals + 1).trim();
      boolean isFile = name.endsWith("-file") || name.equals("static-connection-info");
      all.add(
          name
              + "="
              + (absolute && isFile && !value.isEmpty()
                  ? new File(value).getAbsolutePath()
                  : value));
    }
    return all.isEmpty() ? null : String.join(",", all);
  }
}
