package io.ckptaudit.job.pipeline;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;

/** Ids for runs that were given none: they sort by time, and do not meet. */
public final class RunIds {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("'r'uuuuMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private RunIds() {}

  public static String next() {
    byte[] random = new byte[3];
    new SecureRandom().nextBytes(random);
    return TIME.format(Clock.systemUTC().instant()) + "-" + HexFormat.of().formatHex(random);
  }
}
