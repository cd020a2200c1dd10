package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.unsafe.types.UTF8String;

/** Formats and targets by name, in any case. Looked up for every row, so nothing is built here. */
final class FormatNames {

  private static final Map<String, Target> TARGETS = targets();
  private static final Map<String, FloatFormat> FORMATS = formats();

  private FormatNames() {}

  /**
   * The target of a name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  static Target target(String function, UTF8String name) {
    return find(TARGETS, "target", function, name.toString());
  }

  /**
   * The format of a name, or of the target of that name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  static FloatFormat format(String function, UTF8String name) {
    return find(FORMATS, "format", function, name.toString());
  }

  private static <T> T find(Map<String, T> known, String kind, String function, String name) {
    T found = known.get(name);
    if (found == null) {
      found = known.get(name.toUpperCase(Locale.ROOT));
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "Unknown "
              + kind
              + " '"
              + name
              + "' in "
              + function
              + ": use one of "
              + String.join(", ", known.keySet()));
    }
    return found;
  }

  private static Map<String, Target> targets() {
    Map<String, Target> byName = new LinkedHashMap<>();
    for (Target target : Target.values()) {
      byName.put(target.name(), target);
    }
    return byName;
  }

  private static Map<String, FloatFormat> formats() {
    Map<String, FloatFormat> byName = new LinkedHashMap<>();
    for (FloatFormat format : FloatFormat.values()) {
      byName.put(format.name(), format);
    }
    for (Target target : Target.values()) {
      byName.putIfAbsent(target.name(), target.format());
    }
    return byName;
  }
}
