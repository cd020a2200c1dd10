package io.ckptaudit.job.report;

import io.ckptaudit.udfs.number.FloatFormat;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A code as it was typed, in hexadecimal or binary; its digits tell the width. */
record GivenCode(String text, BigInteger value, int bits) {

  private static final Pattern SYNTAX = Pattern.compile("0x([0-9a-f_]+)|0b([01_]+)");

  /** Empty when the text is not a code; underscores between digits are ignored. */
  static Optional<GivenCode> parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean hex = matcher.group(1) != null;
    String digits = (hex ? matcher.group(1) : matcher.group(2)).replace("_", "");
    if (digits.isEmpty() || digits.length() > 64) {
      throw unreadable(text, hex ? 4L * digits.length() : digits.length());
    }
    BigInteger value = new BigInteger(digits, hex ? 16 : 2);
    return Optional.of(new GivenCode(text, value, digits.length() * (hex ? 4 : 1)));
  }

  /** The formats to read it in: the one named, else all of its width. */
  List<FloatFormat> formats(Optional<FloatFormat> as) {
    if (as.isPresent()) {
      return List.of(as.get());
    }
    List<FloatFormat> formats =
        Arrays.stream(FloatFormat.values()).filter(format -> format.bits() == bits).toList();
    if (formats.isEmpty()) {
      throw unreadable(text, bits);
    }
    return formats;
  }

  /** The code in a format; leading zeros may be missing or too many. */
  long in(FloatFormat format) {
    if (value.bitLength() > format.bits()) {
      throw new IllegalArgumentException(
          "Cannot explain VALUE '"
              + ExactNumber.abridged(text)
              + "' as "
              + format
              + ": its codes have "
              + format.bits()
              + " bits and this one "
              + value.bitLength()
              + "; give a shorter code or another --as");
    }
    return value.longValue();
  }

  private static IllegalArgumentException unreadable(String text, long bits) {
    return new IllegalArgumentException(
        "Cannot explain VALUE '"
            + ExactNumber.abridged(text)
            + "': no format has codes of "
            + bits
            + " bits; give 4, 6, 8, 16, 32 or 64 of them, or name the format by --as");
  }
}
