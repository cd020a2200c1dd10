package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.unsafe.types.UTF8String;

/** Formats and targets by name, in any case, without making a String for each row. */
final class FormatNames {

  private static final Map<UTF8String, Target> TARGETS = byName(targets());
  private static final Map<UTF8String, FloatFormat> FORMATS = byName(formats());

  private FormatNames() {}

  /**
   * The target of a name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  static Target target(String function, UTF8String name) {
    return find(TARGETS, function, name, "target", targets());
  }

  /**
   * The format of a name, or of the target of that name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  static FloatFormat format(String function, UTF8String name) {
    return find(FORMATS, function, name, "format", formats());
  }

  private static <T> T find(
      Map<UTF8String, T> byName,
      String function,
      UTF8String name,
      String kind,
      Map<String, T> known) {
    T found = byName.get(name);
    if (found == null) {
      found = known.get(name.toString().toUpperCase(Locale.ROOT));
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

  private static <T> Map<UTF8String, T> byName(Map<String, T> names) {
    return names.entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                entry -> UTF8String.fromString(entry.getKey()), Map.Entry::getValue));
  }
}
