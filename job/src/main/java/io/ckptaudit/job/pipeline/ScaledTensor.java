package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.GroupInventory;
import io.ckptaudit.job.checkpoint.TensorName;
import io.ckptaudit.job.report.ReportRows;
import io.ckptaudit.job.report.ScaleReport;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import io.ckptaudit.udfs.state.ScaleCounts;
import io.ckptaudit.udfs.state.TensorState;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import scala.Tuple2;

/**
 * A tensor and the state its scales follow from: code counts or scaling classes.
 *
 * @param state as bytes
 */
record ScaledTensor(String name, byte[] state) implements Serializable {

  /** Keys of groups: no layer has a name with this character. */
  private static final String MODEL = "\0";

  private ScaleCounts counts(Map<FloatFormat, FormatTables> tables) {
    TensorState counted = TensorState.fromBytes(state);
    return counted instanceof CodeCounts codes
        ? ScaleCounts.of(codes, tables.get(codes.dtype().format()))
        : (ScaleCounts) counted;
  }

  ReportRows rows(ScaledModel model) {
    Map<FloatFormat, FormatTables> tables = model.tables();
    CodeCounts codes = TensorState.fromBytes(state) instanceof CodeCounts found ? found : null;
    return ScaleReport.ofTensor(
        model.checkpoint(), model.revision(), name, counts(tables), codes, tables, model.targets());
  }

  /** (group, state) of its layer and of the model. */
  Iterator<Tuple2<String, byte[]>> groups(ScaledModel model) {
    byte[] bytes = counts(model.tables()).asDoubles().toBytes();
    return List.of(new Tuple2<>(TensorName.of(name).layer(), bytes), new Tuple2<>(MODEL, bytes))
        .iterator();
  }

  static byte[] merge(byte[] a, byte[] b) {
    return TensorState.fromBytes(a).merge(TensorState.fromBytes(b)).toBytes();
  }

  static ReportRows groupRows(Tuple2<String, byte[]> group, ScaledModel model) {
    boolean whole = isModel(group._1());
    return ScaleReport.ofGroup(
        model.checkpoint(),
        model.revision(),
        whole ? "model" : "layer",
        whole ? GroupInventory.MODEL : group._1(),
        (ScaleCounts) TensorState.fromBytes(group._2()),
        model.targets());
  }

  static boolean isModel(String group) {
    return group.equals(MODEL);
  }
}
