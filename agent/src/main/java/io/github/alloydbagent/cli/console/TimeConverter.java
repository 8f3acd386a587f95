package io.github.alloydbagent.cli.console;

import io.github.alloydbagent.config.setting.InvalidValueException;
import io.github.alloydbagent.config.setting.ValueParser;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts durations on the command line, written as in settings ({@code 30s}), to milliseconds.
 */
public final class TimeConverter implements ITypeConverter<Long> {

  @Override
  public Long convert(String text) {
    try {
      return ValueParser.DURATION.parse(text);
    } catch (InvalidValueException e) {
      throw new TypeConversionException(
          "expected " + ValueParser.DURATION.expected + ", found " + text);
    }
  }
}
