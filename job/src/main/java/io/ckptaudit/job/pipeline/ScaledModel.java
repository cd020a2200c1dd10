package io.ckptaudit.job.pipeline;

import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.Map;

/** What every task that makes rows of scales needs to know: broadcast once. */
record ScaledModel(
    String checkpoint, String revision, EnumSet<Target> targets, ConversionFunctions functions)
    implements Serializable {

  Map<FloatFormat, FormatTables> tables() {
    return TableCache.of(functions);
  }
}
