package io.ckptaudit.job.report;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * Rows by table. Between stages they travel as {@linkplain CompactRows bytes}, and only those of
 * the table that is asked for become rows again.
 */
public final class ReportRows implements Serializable {

  private static final long serialVersionUID = 1L;

  private transient Map<Table, List<Row>> rows = new EnumMap<>(Table.class);
  private transient Map<Table, byte[]> encoded = new EnumMap<>(Table.class);

  public void add(Table table, Row row) {
    of(table).add(row);
  }

  /** The rows of a table so far; a live list. */
  public List<Row> of(Table table) {
    return rows.computeIfAbsent(
        table,
        none ->
            encoded.containsKey(table)
                ? CompactRows.decode(encoded.get(table), table.schema())
                : new ArrayList<>());
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    Map<Table, byte[]> all = new EnumMap<>(encoded);
    rows.forEach((table, list) -> all.put(table, CompactRows.encode(list)));
    out.writeInt(all.size());
    for (Map.Entry<Table, byte[]> table : all.entrySet()) {
      out.writeByte(table.getKey().ordinal());
      out.writeInt(table.getValue().length);
      out.write(table.getValue());
    }
  }

  private void readObject(ObjectInputStream in) throws IOException {
    rows = new EnumMap<>(Table.class);
    encoded = new EnumMap<>(Table.class);
    for (int left = in.readInt(); left > 0; left--) {
      Table table = Table.values()[in.readByte()];
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      encoded.put(table, bytes);
    }
  }
}
