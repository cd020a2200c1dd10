package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.compare.Contents;
import io.ckptaudit.job.compare.SideTensor;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.CodeCounts;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * One row of {@code code_counts}, on its way to the pair it belongs to.
 *
 * @param left whether it is of the left side
 * @param source whether the codes are those of the tensor, not of a cast
 */
record StoredCounts(
    boolean left, String tensor, DType dtype, boolean source, int[] codes, long[] counts)
    implements Serializable {

  static StoredCounts of(Row row, boolean left) {
    List<Integer> codes = row.getList(row.fieldIndex("codes"));
    List<Long> counts = row.getList(row.fieldIndex("counts"));
    return new StoredCounts(
        left,
        row.getAs("tensor"),
        DType.valueOf(row.getAs("dtype")),
        "source".equals(row.getAs("of")),
        codes.stream().mapToInt(code -> code).toArray(),
        counts.stream().mapToLong(count -> count).toArray());
  }

  CodeCounts state() {
    return CodeCounts.of(dtype, codes, counts, -1, -1, -1, null);
  }

  /** The contents of the tensors of one side of a pair. */
  static Contents contents(List<SideTensor> tensors, List<StoredCounts> all, boolean left) {
    return Contents.together(
        tensors.stream()
            .map(
                tensor ->
                    contents(
                        tensor,
                        all.stream()
                            .filter(row -> row.left == left && row.tensor.equals(tensor.name()))
                            .toList()))
            .toList());
  }

  private static Contents contents(SideTensor tensor, List<StoredCounts> rows) {
    if (rows.isEmpty()) {
      return Contents.uncounted(tensor.dtype(), tensor.elements(), tensor.crc32c());
    }
    if (rows.get(0).source) {
      return Contents.counted(rows.get(0).state(), tensor.crc32c());
    }
    return Contents.wide(
        tensor.dtype(),
        tensor.elements(),
        rows.stream().map(StoredCounts::state).toList(),
        tensor.narrowest(),
        tensor.roundings(),
        tensor.crc32c());
  }
}
