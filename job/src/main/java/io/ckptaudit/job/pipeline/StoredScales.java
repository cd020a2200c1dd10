package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.compare.SideTensor;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;

/**
 * The tensors of a stored run whose scales its code counts decide: those counted by code, and wider
 * ones of which F16 or BF16 holds every value, so that the codes of that cast are the values.
 *
 * @param undecided names of the other floating tensors
 */
record StoredScales(JavaRDD<ScaledTensor> tensors, List<String> undecided) {

  static StoredScales of(StoredSide side) throws IOException {
    HashMap<String, String> dtypeOf = new HashMap<>();
    List<String> undecided = new ArrayList<>();
    for (SideTensor tensor : side.tensors()) {
      if (tensor.dtype().isFloating()) {
        DType holds = holding(tensor);
        if (holds == null) {
          undecided.add(tensor.name());
        } else {
          dtypeOf.put(tensor.name(), holds.name());
        }
      }
    }
    undecided.sort(null);
    Map<String, String> wanted = dtypeOf;
    JavaRDD<ScaledTensor> tensors =
        side.rows(Table.CODE_COUNTS)
            .toJavaRDD()
            .filter(
                row -> row.<String>getAs("dtype").equals(wanted.get(row.<String>getAs("tensor"))))
            .map(row -> StoredCounts.of(row, true))
            .map(counts -> new ScaledTensor(counts.tensor(), counts.state().toBytes()));
    return new StoredScales(tensors, undecided);
  }

  /** The dtype whose stored codes are the values of a tensor; null if there are none. */
  private static DType holding(SideTensor tensor) {
    if (tensor.figures() == null) {
      return null;
    }
    if (tensor.dtype().isCountedByCode()) {
      return tensor.dtype();
    }
    boolean narrow = tensor.narrowest() == DType.F16 || tensor.narrowest() == DType.BF16;
    return narrow ? tensor.narrowest() : null;
  }
}
