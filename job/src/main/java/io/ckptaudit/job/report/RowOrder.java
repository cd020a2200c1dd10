package io.ckptaudit.job.report;

import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The order of the rows of a block: by their columns in schema order, null first, numbers by size,
 * texts by UTF-16 units (those that differ within a block are ASCII). Lists do not order: the
 * columns before them tell the rows of a block apart.
 */
final class RowOrder implements Comparator<Row> {

  private final int[] columns;

  RowOrder(List<Integer> columns) {
    this.columns = columns.stream().mapToInt(i -> i).toArray();
  }

  @Override
  public int compare(Row a, Row b) {
    for (int column : columns) {
      int order = compareValues(a.get(column), b.get(column));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int compareValues(Object a, Object b) {
    if (a == b) {
      return 0;
    }
    if (a == null || b == null) {
      return a == null ? -1 : 1;
    }
    if (a instanceof String text) {
      return text.compareTo((String) b);
    }
    if (a instanceof Double real) {
      return real.compareTo((Double) b);
    }
    if (a instanceof Number number) {
      return Long.compare(number.longValue(), ((Number) b).longValue());
    }
    return a instanceof Boolean truth ? truth.compareTo((Boolean) b) : 0;
  }
}
