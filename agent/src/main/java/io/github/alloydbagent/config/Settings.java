package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.OnRemap;
import io.github.alloydbagent.config.setting.RefreshStrategy;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingValues;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.config.source.RawSetting;
import io.github.alloydbagent.config.source.SettingsSources;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the agent was told: agent arguments, system properties, environment and a file. */
public final class Settings {

  /** Logged where nothing is mapped. */
  public static final String NO_HOST = "no host is mapped (setting instances): nothing to do";

  /**
   * Set where the CPU stands still between requests.
   *
   * @see <a href="https://cloud.google.com/run/docs/container-contract#env-vars">its contract</a>
   */
  private static final String CLOUD_RUN = "K_SERVICE";

  /** Characters of a value where all settings are told in one line. */
  private static final int LONGEST_VALUE = 80;

  private final boolean enabled;
  private final SettingValues values;
  private final List<Mapping> mappings;
  private final List<String> driverPackages;
  private final @Nullable String userAgent;
  private final @Nullable File apiCaFile;
  private final String logLevel;
  private final @Nullable File logFile;
  private final SettingsSources sources;
  private final List<String> warnings;

  private Settings(
      SettingsSources sources,
      SettingValues values,
      List<Mapping> mappings,
      List<String> warnings) {
    this.sources = sources;
    this.warnings = warnings;
    this.values = values;
    List<String> packages = values.find(KnownSettings.DRIVER_PACKAGES);
    this.enabled = values.get(KnownSettings.ENABLED);
    this.mappings = Collections.unmodifiableList(mappings);
    this.driverPackages = packages == null ? Collections.<String>emptyList() : packages;
    this.userAgent = values.find(KnownSettings.USER_AGENT);
    this.apiCaFile = values.find(KnownSettings.API_CA_FILE);
    this.logLevel = values.get(KnownSettings.LOG_LEVEL);
    this.logFile = values.find(KnownSettings.LOG_FILE);
  }

  /**
   * Reads every setting from the first place that has it. Only that place's value is judged, but
   * unknown names are mistakes in any place that is the agent's own. With {@code enabled=false}
   * nothing else is read into the result, and nothing else can be a mistake.
   *
   * @param agentArguments what follows {@code =} in {@code -javaagent}
   * @param systemProperties those with texts as values
   * @param jarDirectory where the agent's jar is, and perhaps the default settings file
   */
  public static Settings read(
      @Nullable String agentArguments,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      File jarDirectory)
      throws SettingsException {
    SettingsErrors mistakes = new SettingsErrors();
    SettingsSources sources = new SettingsSources(mistakes);
    sources.readAll(agentArguments, systemProperties, environment, jarDirectory);
    SettingValues values = new SettingValues(SettingValues.defaults());
    RawSetting enabled = sources.find(KnownSettings.ENABLED);
    if (enabled != null) {
      values.read(KnownSettings.ENABLED, enabled.text, enabled.place, mistakes);
      if (!values.get(KnownSettings.ENABLED)) {
        return new Settings(sources, values, Collections.<Mapping>emptyList(), mistakes.warnings());
      }
    }
    return readEnabled(sources, values, environment, mistakes);
  }

  private static Settings readEnabled(
      SettingsSources sources,
      SettingValues values,
      Map<String, String> environment,
      SettingsErrors mistakes)
      throws SettingsException {
    for (Setting<?> setting : KnownSettings.ALL) {
      RawSetting given = sources.find(setting);
      if (given != null && isReadHere(setting, given)) {
        values.read(setting, given.text, given.place, mistakes);
      }
    }
    if (environment.containsKey(CLOUD_RUN)) {
      values.defaultsTo(KnownSettings.REFRESH_STRATEGY, RefreshStrategy.LAZY);
    }
    IdentitySettings.check(values, "for all instances", mistakes);
    RawSetting discover = sources.find(KnownSettings.DISCOVER);
    if (discover != null && sources.find(KnownSettings.STATIC_CONNECTION_INFO) != null) {
      mistakes.add(
          ErrorCode.SETTINGS_CONFLICT,
          KnownSettings.DISCOVER.name,
          discover.place,
          "it beside static-connection-info, which takes the place of the Admin API",
          "one of them",
          null);
    }
    RawSetting instances = sources.find(KnownSettings.INSTANCES);
    List<Mapping> mappings =
        instances == null
            ? Collections.<Mapping>emptyList()
            : new MappingList(values, mistakes).read(instances);
    if (!mistakes.isEmpty()) {
      throw new SettingsException(
          mistakes.message(),
          mistakes.warnings(),
          sources.notices(),
          sources.mayMapHosts(),
          values.get(KnownSettings.LOG_LEVEL),
          values.find(KnownSettings.LOG_FILE),
          values.get(KnownSettings.LOG_FORMAT));
    }
    warnOfIdleUser(sources, values, mappings, mistakes);
    return new Settings(sources, values, mappings, mistakes.warnings());
  }

  /** The user of IAM login, where nobody logs in so, is most likely half a configuration. */
  private static void warnOfIdleUser(
      SettingsSources sources,
      SettingValues values,
      List<Mapping> mappings,
      SettingsErrors mistakes) {
    RawSetting general = sources.find(KnownSettings.IAM_USER);
    boolean used = values.get(KnownSettings.ENABLE_IAM_AUTH);
    String effect = " has no effect without enable-iam-auth=true";
    for (Mapping mapping : mappings) {
      InstanceSettings settings = mapping.settings();
      used |= settings.enableIamAuth();
      if (!settings.enableIamAuth()
          && settings.iamUser() != null
          && !settings.iamUser().equals(values.own(KnownSettings.IAM_USER))) {
        mistakes.warn(
            ErrorCode.IAM_USER_UNUSED,
            KnownSettings.IAM_USER.name + " (mapping " + mapping.host() + ")" + effect);
      }
    }
    if (general != null && !used) {
      mistakes.warn(
          ErrorCode.IAM_USER_UNUSED,
          KnownSettings.IAM_USER.name + " (" + general.place + ")" + effect);
    }
  }

  /** The others are read, and their mistakes noted, elsewhere. */
  private static boolean isReadHere(Setting<?> setting, RawSetting given) {
    return setting != KnownSettings.INSTANCES
        && setting != KnownSettings.ENABLED
        && (setting != KnownSettings.CONFIG_FILE || given.text.isEmpty());
  }

  /** False: the agent is to do nothing at all. */
  public boolean enabled() {
    return enabled;
  }

  /** Empty if nothing is mapped. */
  public List<Mapping> mappings() {
    return mappings;
  }

  /** The file that some of it was read from, or null. */
  public @Nullable File file() {
    return enabled ? sources.file() : null;
  }

  /** The bytes of {@link #file} that these settings were parsed from, or null. */
  public byte @Nullable [] fileContent() {
    byte[] content = enabled ? sources.fileContent() : null;
    return content == null ? null : content.clone();
  }

  /** Projects, {@code projects/p}, whose instances are found by listing; empty if none. */
  public List<String> discover() {
    List<String> projects = values.find(KnownSettings.DISCOVER);
    return projects == null ? Collections.<String>emptyList() : projects;
  }

  /** What holds for an instance that no mapping names. */
  public InstanceSettings general() {
    return new InstanceSettings(values);
  }

  /**
   * The mapping of a discovered instance under one of its own addresses, which is dialled then,
   * unless {@code ip-type} is set.
   *
   * @throws IllegalArgumentException if the address is none
   */
  public Mapping discovered(String address, IpType type, InstanceName instance) {
    SettingValues own = new SettingValues(values);
    if (values.own(KnownSettings.IP_TYPE) == null) {
      own.defaultsTo(KnownSettings.IP_TYPE, Collections.singletonList(type));
    }
    return new Mapping(
        address, HostPattern.parse(address), instance, new InstanceSettings(own), "");
  }

  public OnRemap onRemap() {
    return values.get(KnownSettings.ON_REMAP);
  }

  /** A JSON file in the place of the Admin API, or null. */
  public @Nullable File staticConnectionInfo() {
    return values.find(KnownSettings.STATIC_CONNECTION_INFO);
  }

  /** Packages of drivers beside those that the agent knows. */
  public List<String> driverPackages() {
    return driverPackages;
  }

  /** The port for health and metrics, or null for none. */
  public @Nullable Integer httpPort() {
    return values.find(KnownSettings.HTTP_PORT);
  }

  /** Where that port is. */
  public String httpAddress() {
    return values.get(KnownSettings.HTTP_ADDRESS);
  }

  /** What to append to the agent's own, or null. */
  public @Nullable String userAgent() {
    return userAgent;
  }

  /** Certificates that are trusted for API calls, too; or null. */
  public @Nullable File apiCaFile() {
    return apiCaFile;
  }

  /** {@code off}, {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}. */
  public String logLevel() {
    return logLevel;
  }

  /** Null for standard error. */
  public @Nullable File logFile() {
    return logFile;
  }

  /** Whether the log is JSON, an object a line. */
  public boolean isLogJson() {
    return values.get(KnownSettings.LOG_FORMAT);
  }

  /** What may be a mistake, and keeps no connection from being made. */
  public List<String> warnings() {
    return enabled ? warnings : Collections.<String>emptyList();
  }

  /** What is worth mentioning, and most likely as it should be. */
  public List<String> notices() {
    return enabled ? sources.notices() : Collections.<String>emptyList();
  }

  /**
   * What was set that is not the default, and where: {@code ip-type=PSC (system property
   * alloydb.agent.ip-type)}, separated by commas; values are cut short, and secrets left out. Empty
   * if all is default.
   */
  public String changes() {
    StringBuilder changes = new StringBuilder();
    for (Setting<?> setting : KnownSettings.ALL) {
      RawSetting given = sources.find(setting);
      if (given != null && !given.text.equalsIgnoreCase(setting.defaultText)) {
        changes.append(changes.length() == 0 ? "" : ", ").append(setting.name);
        if (setting.secret) {
          changes.append(" (not shown; ");
        } else if (setting == KnownSettings.INSTANCES) {
          changes.append(" ("); // the hosts are told by themselves
        } else {
          changes.append('=').append(shortened(given.text)).append(" (");
        }
        changes.append(given.place).append(')');
      }
    }
    return changes.toString();
  }

  private static String shortened(String text) {
    String line = text.replace('\n', ' ').replace('\r', ' ');
    return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE - 3) + "...";
  }

  /** What was set and where, a line each, without secrets and defaults. */
  public List<String> account() {
    List<String> account = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.ALL) {
      RawSetting given = sources.find(setting);
      if (given == null) {
        continue;
      }
      if (setting == KnownSettings.INSTANCES) {
        for (Mapping mapping : mappings) {
          account.add("instances: " + mapping + " (" + given.place + ")");
        }
      } else {
        account.add(setting.name + ": " + setting.shown(given.text) + " (" + given.place + ")");
      }
    }
    return account;
  }

  /**
   * Every setting, in the order of the documentation; a mapping each for the instances. With {@code
   * enabled=false}, that alone.
   */
  public List<EffectiveSetting> inForce() {
    List<EffectiveSetting> inForce = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.ALL) {
      RawSetting given = sources.find(setting);
      if (!enabled && setting != KnownSettings.ENABLED) {
        continue;
      }
      if (given == null) {
        Object standing = values.own(setting); // as the place where it runs has it
        boolean own = standing != null && setting.defaultText != null;
        inForce.add(
            new EffectiveSetting(
                setting.name,
                own ? String.valueOf(standing) : setting.shownDefault.replace("`", ""),
                own ? "default here" : "default"));
      } else if (setting == KnownSettings.INSTANCES) {
        for (Mapping mapping : mappings) {
          inForce.add(new EffectiveSetting(setting.name, mapping.toString(), given.place));
        }
      } else {
        String shown = setting.shown(given.text);
        inForce.add(
            new EffectiveSetting(
                setting.name,
                setting.secret ? shown : shown.substring(1, shown.length() - 1),
                given.place));
      }
    }
    return inForce;
  }

  /** Whether there is no host that the agent could have anything to do with. */
  public boolean mapsNothing() {
    return mappings.isEmpty() && discover().isEmpty();
  }

  /** A summary of what is mapped, for the log. */
  public String mappedHosts() {
    if (mapsNothing()) {
      return NO_HOST;
    }
    StringBuilder mapped = new StringBuilder();
    if (!mappings.isEmpty()) {
      mapped.append(
          mappings.size() == 1
              ? "1 host is mapped: " + mappings.get(0).host()
              : mappings.size() + " hosts are mapped");
    }
    for (String project : discover()) {
      mapped.append(mapped.length() == 0 ? "" : ", ").append("the instances of ").append(project);
    }
    return mapped.toString();
  }
}
