package io.ckptaudit.job.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes, with a binary unit. */
final class SizeConverter implements ITypeConverter<Long> {

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})\\s*([a-z]*)");
  private static final Map<String, Integer> SHIFTS =
      Map.of("", 0, "b", 0, "k", 10, "kib", 10, "m", 20, "mib", 20, "g", 30, "gib", 30);

  @Override
  public Long convert(String text) {
    Matcher matcher = SIZE.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!matcher.matches() || !SHIFTS.containsKey(matcher.group(2))) {
      throw new TypeConversionException(
          "Invalid size '" + text + "': give bytes, or a number with KiB, MiB or GiB");
    }
    return Long.parseLong(matcher.group(1)) << SHIFTS.get(matcher.group(2));
  }
}
