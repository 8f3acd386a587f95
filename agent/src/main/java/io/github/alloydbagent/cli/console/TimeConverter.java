package io.github.alloydbagent.cli.console;

import io.github.alloydbagent.config.setting.Durations;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts durations on the command line, written as in settings ({@code 30s}), to milliseconds.
 */
public final class TimeConverter implements ITypeConverter<Long> {

  @Override
  public Long convert(String text) {
    try {
      return Durations.millis(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("expected " + e.getMessage() + ", found " + text);
    }
  }
}
