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
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The agent's settings, from agent arguments, system properties, environment variables and a
 * settings file.
 */
public final class Settings {

  /** Logged if no host is mapped. */
  public static final String NOTHING_MAPPED =
      "no host is mapped (setting instances): nothing to do";

  /**
   * The environment variable that Cloud Run sets, where the CPU is throttled between requests.
   *
   * @see <a href="https://cloud.google.com/run/docs/container-contract#env-vars">Container
   *     contract</a>
   */
  private static final String CLOUD_RUN = "K_SERVICE";

  /** Characters after which a value is cut if all settings are logged in one line. */
  private static final int MAX_VALUE_LENGTH = 80;

  private final SettingValues values;
  private final List<Mapping> mappings;
  private final SettingsSources sources;
  private final List<String> warnings;

  private Settings(
      SettingsSources sources,
      SettingValues values,
      List<Mapping> mappings,
      List<String> warnings) {
    this.sources = sources;
    this.values = values;
    this.mappings = Collections.unmodifiableList(mappings);
    this.warnings = warnings;
  }

  /**
   * Reads every setting from the first source that has it. Only that source's value is validated,
   * but an unknown name is an error in the agent arguments and in the settings file. With {@code
   * enabled=false}, all other settings are ignored, including invalid ones.
   *
   * @param agentArguments the text after {@code =} in {@code -javaagent}
   * @param systemProperties the system properties whose values are strings
   * @param jarDirectory the directory of the agent's jar, which may contain the default settings
   *     file
   */
  public static Settings read(
      @Nullable String agentArguments,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      File jarDirectory)
      throws SettingsException {
    SettingsErrors errors = new SettingsErrors();
    SettingsSources sources = new SettingsSources(errors);
    sources.readAll(agentArguments, systemProperties, environment, jarDirectory);
    SettingValues values = new SettingValues(SettingValues.defaults());
    RawSetting enabled = sources.find(KnownSettings.ENABLED);
    if (enabled != null) {
      values.read(KnownSettings.ENABLED, enabled.text, enabled.place, errors);
      if (!values.get(KnownSettings.ENABLED)) {
        return new Settings(sources, values, Collections.<Mapping>emptyList(), errors.warnings());
      }
    }
    return readEnabled(sources, values, environment, errors);
  }

  private static Settings readEnabled(
      SettingsSources sources,
      SettingValues values,
      Map<String, String> environment,
      SettingsErrors errors)
      throws SettingsException {
    for (Setting<?> setting : KnownSettings.ALL) {
      RawSetting raw = sources.find(setting);
      if (raw != null && isReadHere(setting, raw)) {
        values.read(setting, raw.text, raw.place, errors);
      }
    }
    if (environment.containsKey(CLOUD_RUN)) {
      values.defaultsTo(KnownSettings.REFRESH_STRATEGY, RefreshStrategy.LAZY);
    }
    IdentitySettings.check(values, "for all instances", errors);
    RawSetting discover = sources.find(KnownSettings.DISCOVER);
    if (discover != null && sources.find(KnownSettings.STATIC_CONNECTION_INFO) != null) {
      errors.add(
          ErrorCode.SETTINGS_CONFLICT,
          KnownSettings.DISCOVER.name,
          discover.place,
          "both discover and static-connection-info, which replaces the Admin API",
          "one of them",
          null);
    }
    RawSetting instances = sources.find(KnownSettings.INSTANCES);
    List<Mapping> mappings =
        instances == null
            ? Collections.<Mapping>emptyList()
            : new MappingList(values, errors).read(instances);
    if (!errors.isEmpty()) {
      throw new SettingsException(
          errors.message(),
          errors.warnings(),
          sources.notices(),
          sources.mayMapHosts(),
          values.get(KnownSettings.LOG_LEVEL),
          values.find(KnownSettings.LOG_FILE),
          values.get(KnownSettings.LOG_FORMAT));
    }
    warnAboutUnusedIamUser(sources, values, mappings, errors);
    return new Settings(sources, values, mappings, errors.warnings());
  }

  /**
   * Warns about a user for IAM login without IAM login, which is probably an incomplete
   * configuration.
   */
  private static void warnAboutUnusedIamUser(
      SettingsSources sources,
      SettingValues values,
      List<Mapping> mappings,
      SettingsErrors errors) {
    RawSetting general = sources.find(KnownSettings.IAM_USER);
    boolean used = values.get(KnownSettings.ENABLE_IAM_AUTH);
    String effect = " has no effect without enable-iam-auth=true";
    for (Mapping mapping : mappings) {
      InstanceSettings settings = mapping.settings();
      used |= settings.enableIamAuth();
      if (!settings.enableIamAuth()
          && settings.iamUser() != null
          && !settings.iamUser().equals(values.own(KnownSettings.IAM_USER))) {
        errors.warn(
            ErrorCode.IAM_USER_UNUSED,
            KnownSettings.IAM_USER.name + " (mapping " + mapping.host() + ")" + effect);
      }
    }
    if (general != null && !used) {
      errors.warn(
          ErrorCode.IAM_USER_UNUSED,
          KnownSettings.IAM_USER.name + " (" + general.place + ")" + effect);
    }
  }

  /** The other settings are parsed and validated elsewhere. */
  private static boolean isReadHere(Setting<?> setting, RawSetting raw) {
    return setting != KnownSettings.INSTANCES
        && setting != KnownSettings.ENABLED
        && (setting != KnownSettings.CONFIG_FILE || raw.text.isEmpty());
  }

  /** Returns false if the agent must do nothing. */
  public boolean enabled() {
    return values.get(KnownSettings.ENABLED);
  }

  /** Returns the mappings; empty if no host is mapped. */
  public List<Mapping> mappings() {
    return mappings;
  }

  /** Returns the mappings by the hosts that they match. */
  public Routes<Mapping> routes() {
    Map<HostPattern, Mapping> byPattern = new HashMap<>();
    for (Mapping mapping : mappings) {
      byPattern.put(mapping.pattern(), mapping);
    }
    return Routes.of(byPattern);
  }

  /** Returns the settings file that was read, or null. */
  public @Nullable File file() {
    return enabled() ? sources.file() : null;
  }

  /** Returns the bytes of {@link #file} from which these settings were parsed, or null. */
  public byte @Nullable [] fileContent() {
    byte[] content = enabled() ? sources.fileContent() : null;
    return content == null ? null : content.clone();
  }

  /**
   * Returns the projects, as {@code projects/p}, whose instances are discovered; empty if discovery
   * is off.
   */
  public List<String> discover() {
    return listed(KnownSettings.DISCOVER);
  }

  private List<String> listed(Setting<List<String>> setting) {
    List<String> list = values.find(setting);
    return list == null ? Collections.<String>emptyList() : list;
  }

  /** Returns the settings for instances without a mapping. */
  public InstanceSettings general() {
    return new InstanceSettings(values);
  }

  /**
   * Returns a mapping for a discovered instance under one of its addresses. Connections to this
   * host dial that type of address, unless {@code ip-type} is set.
   *
   * @throws IllegalArgumentException if the address is invalid
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

  /** Returns a JSON file to use instead of the Admin API, or null. */
  public @Nullable File staticConnectionInfo() {
    return values.find(KnownSettings.STATIC_CONNECTION_INFO);
  }

  /** Returns the packages of drivers in addition to those that the agent knows. */
  public List<String> driverPackages() {
    return listed(KnownSettings.DRIVER_PACKAGES);
  }

  /** Returns the port for health checks and metrics, or null if no port is opened. */
  public @Nullable Integer httpPort() {
    return values.find(KnownSettings.HTTP_PORT);
  }

  /** Returns the address to bind the HTTP port to. */
  public String httpAddress() {
    return values.get(KnownSettings.HTTP_ADDRESS);
  }

  /** Returns the text to append to the agent's user agent, or null. */
  public @Nullable String userAgent() {
    return values.find(KnownSettings.USER_AGENT);
  }

  /** Returns a file of certificates to trust for API calls in addition to the JDK's, or null. */
  public @Nullable File apiCaFile() {
    return values.find(KnownSettings.API_CA_FILE);
  }

  /**
   * Returns {@code off}, {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}.
   */
  public String logLevel() {
    return values.get(KnownSettings.LOG_LEVEL);
  }

  /** Returns the file to log to; null for standard error. */
  public @Nullable File logFile() {
    return values.find(KnownSettings.LOG_FILE);
  }

  /** Returns whether the log has one JSON object per line. */
  public boolean isLogJson() {
    return values.get(KnownSettings.LOG_FORMAT);
  }

  /** Returns possible mistakes in the settings that do not prevent connections. */
  public List<String> warnings() {
    return enabled() ? warnings : Collections.<String>emptyList();
  }

  /** Returns remarks about the settings that probably need no action. */
  public List<String> notices() {
    return enabled() ? sources.notices() : Collections.<String>emptyList();
  }

  /**
   * Returns the settings that differ from their defaults, and their sources: {@code ip-type=PSC
   * (system property alloydb.agent.ip-type)}, separated by commas. Values are cut short and secrets
   * are omitted. Empty if all settings have their defaults.
   */
  public String changes() {
    StringBuilder changes = new StringBuilder();
    for (Setting<?> setting : KnownSettings.ALL) {
      RawSetting raw = sources.find(setting);
      if (raw != null && !raw.text.equalsIgnoreCase(setting.defaultText)) {
        changes.append(changes.length() == 0 ? "" : ", ").append(setting.name);
        if (setting.secret) {
          changes.append(" (not shown; ");
        } else if (setting == KnownSettings.INSTANCES) {
          changes.append(" ("); // the hosts are logged separately
        } else {
          changes.append('=').append(shortened(raw.text)).append(" (");
        }
        changes.append(raw.place).append(')');
      }
    }
    return changes.toString();
  }

  private static String shortened(String text) {
    String line = text.replace('\n', ' ').replace('\r', ' ');
    return line.length() <= MAX_VALUE_LENGTH
        ? line
        : line.substring(0, MAX_VALUE_LENGTH - 3) + "...";
  }

  /**
   * Returns the settings that are set, and their sources, one per line, without secrets and
   * defaults.
   */
  public List<String> account() {
    List<String> account = new ArrayList<>();
    for (EffectiveSetting setting : effectiveSettings()) {
      if (!setting.isDefault()) {
        account.add(setting.toString());
      }
    }
    return account;
  }

  /**
   * Returns every setting in the order of the documentation, and one entry per mapping for {@code
   * instances}. With {@code enabled=false}, returns only that setting.
   */
  public List<EffectiveSetting> effectiveSettings() {
    List<EffectiveSetting> inForce = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.ALL) {
      RawSetting raw = sources.find(setting);
      if (!enabled() && setting != KnownSettings.ENABLED) {
        continue;
      }
      if (raw == null) {
        Object valueHere = values.own(setting); // a default that depends on the environment
        boolean own = valueHere != null && setting.defaultText != null;
        inForce.add(
            new EffectiveSetting(
                setting.name,
                own ? String.valueOf(valueHere) : setting.shownDefault.replace("`", ""),
                own ? "default here" : "default"));
      } else if (setting == KnownSettings.INSTANCES) {
        for (Mapping mapping : mappings) {
          inForce.add(new EffectiveSetting(setting.name, mapping.toString(), raw.place));
        }
      } else {
        String shown = setting.shown(raw.text);
        inForce.add(
            new EffectiveSetting(
                setting.name,
                setting.secret ? shown : shown.substring(1, shown.length() - 1),
                raw.place));
      }
    }
    return inForce;
  }

  /** Returns whether no host is mapped and discovery is off. */
  public boolean mapsNothing() {
    return mappings.isEmpty() && discover().isEmpty();
  }

  /** Returns a summary of the mapped hosts for the log. */
  public String mappedHosts() {
    if (mapsNothing()) {
      return NOTHING_MAPPED;
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
