package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Collection;
import java.util.Map;

/**
 * Everything that code counts say: of a tensor (one state), or of a layer or model (merged states,
 * one per dtype). Figures of several states are figures of all their values, never of rounded
 * figures.
 */
public final class StateFigures {

  private final Collection<CodeCounts> states;
  private final Map<FloatFormat, FormatTables> tables;

  public StateFigures(Collection<CodeCounts> states, Map<FloatFormat, FormatTables> tables) {
    this.states = states;
    this.tables = tables;
  }

  public Statistics statistics() {
    StatisticsBuilder builder = new StatisticsBuilder();
    states.forEach(state -> builder.add(state, tablesOf(state)));
    return builder.build();
  }

  public TargetFigures target(Target target) {
    TargetFiguresBuilder builder = new TargetFiguresBuilder(target);
    states.forEach(state -> builder.add(state, tablesOf(state)));
    return builder.build();
  }

  private FormatTables tablesOf(CodeCounts state) {
    FormatTables found = tables.get(state.dtype().format());
    if (found == null) {
      throw new IllegalArgumentException("No conversion tables of " + state.dtype());
    }
    return found;
  }
}
