package io.ckptaudit.job.report;

import io.ckptaudit.job.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.spark.sql.Row;

/**
 * The rows of one tensor, layer or model, a block for each table. Between stages they travel as
 * {@linkplain CompactRows bytes}, and only those of the table that is asked for become rows again.
 */
public final class ReportRows implements Serializable {

  private static final long serialVersionUID = 3L;

  private String[] place;
  private transient Map<Table, List<Row>> rows = new EnumMap<>(Table.class);
  private transient Map<Table, byte[]> blocks = new EnumMap<>(Table.class);

  /** Of one checkpoint, which all rows begin with. */
  public ReportRows(Checkpoint checkpoint) {
    this(checkpoint.uri(), checkpoint.revision());
  }

  /**
   * @param place what all rows begin with, and no digest depends on
   */
  ReportRows(String... place) {
    this.place = place;
  }

  void add(Table table, Row row) {
    of(table).add(row);
  }

  /** The rows of a table so far; a live list. */
  public List<Row> of(Table table) {
    return rows.computeIfAbsent(
        table,
        none ->
            blocks.containsKey(table)
                ? CompactRows.decode(table, blocks.get(table), (Object[]) place)
                : new ArrayList<>());
  }

  /** The blocks as bytes; none that is empty. */
  void forEachBlock(BiConsumer<Table, byte[]> consumer) {
    Map<Table, byte[]> all = new EnumMap<>(blocks);
    rows.forEach((table, list) -> all.put(table, CompactRows.encode(table, list)));
    all.forEach(consumer);
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    Map<Table, byte[]> all = new EnumMap<>(Table.class);
    forEachBlock(all::put);
    out.writeObject(place);
    out.writeByte(all.size());
    for (Map.Entry<Table, byte[]> block : all.entrySet()) {
      out.writeByte(block.getKey().ordinal());
      out.writeInt(block.getValue().length);
      out.write(block.getValue());
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    place = (String[]) in.readObject();
    rows = new EnumMap<>(Table.class);
    blocks = new EnumMap<>(Table.class);
    for (int left = in.readByte(); left > 0; left--) {
      Table table = Table.values()[in.readByte()];
      byte[] block = new byte[in.readInt()];
      in.readFully(block);
      blocks.put(table, block);
    }
  }
}
