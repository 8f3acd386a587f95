package io.github.alloydbagent.cli;

import io.github.alloydbagent.config.Times;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times on the command line, written as in settings: {@code 30s}. In milliseconds. */
final class TimeConverter implements ITypeConverter<Long> {

  @Override
  public Long convert(String text) {
    try {
      return Times.millis(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("expected " + e.getMessage() + ", found " + text);
    }
  }
}
