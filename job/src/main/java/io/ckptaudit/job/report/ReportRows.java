package io.ckptaudit.job.report;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import org.apache.spark.sql.Row;

/** Rows by table. */
public final class ReportRows implements Serializable {

  private static final long serialVersionUID = 1L;

  private final EnumMap<Table, ArrayList<Row>> rows = new EnumMap<>(Table.class);

  public void add(Table table, Row row) {
    of(table).add(row);
  }

  /** The rows of a table so far; a live list. */
  public List<Row> of(Table table) {
    return rows.computeIfAbsent(table, none -> new ArrayList<>());
  }
}
