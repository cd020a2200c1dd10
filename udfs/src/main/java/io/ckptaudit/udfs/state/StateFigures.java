package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Collection;
import java.util.Map;

/**
 * Everything that counted states say: of a tensor (one state), or of a layer or model (merged
 * states, one per dtype). Figures of several states are figures of all their values, never of
 * rounded figures.
 */
public final class StateFigures {

  private final Collection<? extends CountedState> states;
  private final Map<FloatFormat, FormatTables> tables;

  /** Of all states; null until somebody asks. */
  private StatisticsBuilder statistics;

  /**
   * @param tables of the formats whose codes are counted: those of 8 and 16 bits, and BF16 for wide
   *     states
   */
  public StateFigures(
      Collection<? extends CountedState> states, Map<FloatFormat, FormatTables> tables) {
    this.states = states;
    this.tables = tables;
  }

  public Statistics statistics() {
    return gathered().build();
  }

  private StatisticsBuilder gathered() {
    if (statistics == null) {
      statistics = new StatisticsBuilder();
      for (CountedState state : states) {
        if (state instanceof CodeCounts counts) {
          statistics.add(counts, tablesOf(counts.dtype().format()));
        } else if (state instanceof WideCounts wide) {
          statistics.add(wide, tablesOf(FloatFormat.BF16));
        }
      }
    }
    return statistics;
  }

  public TargetFigures target(Target target) {
    TargetFiguresBuilder builder = new TargetFiguresBuilder(target);
    for (CountedState state : states) {
      if (state instanceof CodeCounts counts) {
        builder.add(counts, tablesOf(counts.dtype().format()));
      } else if (state instanceof WideCounts wide) {
        builder.add(wide, tablesOf(FloatFormat.BF16));
      }
    }
    return builder.build(gathered().sumSq());
  }

  private FormatTables tablesOf(FloatFormat format) {
    FormatTables found = tables.get(format);
    if (found == null) {
      throw new IllegalArgumentException(
          "No conversion tables of "
              + format
              + " among those of "
              + tables.keySet()
              + ": its codes are counted; make tables of every format that is");
    }
    return found;
  }
}
