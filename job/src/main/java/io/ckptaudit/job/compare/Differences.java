package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.Serializable;
import java.util.Map;
import java.util.SortedMap;

/**
 * |right − left| by power of two, both sides in ascending order: the differences of elements where
 * RIGHT's values are an image of LEFT's that keeps their order, as every explanation does; the
 * smallest that are possible otherwise. Key {@code null} counts differences of zero.
 *
 * @param relative to |left|
 */
public record Differences(SortedMap<Integer, Long> absolute, SortedMap<Integer, Long> relative)
    implements Serializable {

  /** Null where the values of a side are not known, or their numbers differ. */
  public static Differences of(
      Contents left, Contents right, Map<FloatFormat, FormatTables> tables) {
    if (left.exact() == null || right.exact() == null || left.elements() != right.elements()) {
      return null;
    }
    Values l = Values.of(left.exact(), tables.get(left.exact().dtype().format()));
    Values r = Values.of(right.exact(), tables.get(right.exact().dtype().format()));
    return new Differences(l.differences(r, false), l.differences(r, true));
  }
}
