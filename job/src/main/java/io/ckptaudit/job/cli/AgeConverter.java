package io.ckptaudit.job.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A span of time in minutes, hours or days. */
final class AgeConverter implements ITypeConverter<Duration> {

  private static final Pattern AGE = Pattern.compile("([0-9]{1,6})\\s*([mhd])");

  @Override
  public Duration convert(String text) {
    Matcher matcher = AGE.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "Invalid age '" + text + "': give a number with m, h or d, such as 7d");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
