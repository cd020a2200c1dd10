package io.ckptaudit.job.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * A block of rows as bytes: the {@linkplain Table#digestedColumns() digested columns} of its rows,
 * in {@linkplain RowOrder order}. Equal blocks are equal bytes: they are what rows travel in
 * between two stages, and what {@link TableDigests} hash. A value equal to the one above it takes a
 * byte, integers take as many as they need.
 *
 * <pre>
 * 0  null                               3  the 8 bytes of a double, big-endian, NaN canonical
 * 1  as in the row above                4  true; 5  false
 * 2  integer: zigzag varint             6  text: length, UTF-8
 * 7  list of texts: length, then each   8  list of integers: length, then zigzag differences
 * </pre>
 *
 * The number of rows comes first. Lengths are varints: 7 bits a byte, the lowest first, the top bit
 * set where more follow. An empty list is one of integers; lists never are "as above".
 */
final class CompactRows {

  private final Bytes out = new Bytes();

  private CompactRows() {}

  static byte[] encode(Table table, List<Row> rows) {
    List<Integer> columns = table.digestedColumns();
    List<Row> ordered = new ArrayList<>(rows);
    ordered.sort(new RowOrder(columns));
    CompactRows encoding = new CompactRows();
    encoding.writeVarint(ordered.size());
    Row above = null;
    for (Row row : ordered) {
      for (int column : columns) {
        encoding.write(row.get(column), above == null ? null : above.get(column));
      }
      above = row;
    }
    return encoding.out.toByteArray();
  }

  private void write(Object value, Object above) {
    if (value == null) {
      out.write(0);
    } else if (isScalar(value) && value.equals(above)) {
      out.write(1);
    } else if (value instanceof Long || value instanceof Integer) {
      out.write(2);
      writeZigzag(((Number) value).longValue());
    } else if (value instanceof Double real) {
      out.write(3);
      writeBits(Double.doubleToLongBits(real));
    } else if (value instanceof Boolean truth) {
      out.write(truth ? 4 : 5);
    } else if (value instanceof String text) {
      out.write(6);
      writeText(text);
    } else {
      writeList(value);
    }
  }

  private static boolean isScalar(Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }

  private void writeList(Object list) {
    if (list instanceof int[] integers) {
      beginList(8, integers.length);
      long before = 0;
      for (int next : integers) {
        writeZigzag(next - before);
        before = next;
      }
    } else if (list instanceof long[] integers) {
      beginList(8, integers.length);
      long before = 0;
      for (long next : integers) {
        writeZigzag(next - before);
        before = next;
      }
    } else {
      writeObjects(Lists.of(list));
    }
  }

  private void beginList(int tag, int size) {
    out.write(tag);
    writeVarint(size);
  }

  private void writeObjects(List<?> elements) {
    beginList(!elements.isEmpty() && elements.get(0) instanceof String ? 7 : 8, elements.size());
    long before = 0;
    for (Object element : elements) {
      if (element instanceof String text) {
        writeText(text);
      } else {
        long next = ((Number) element).longValue();
        writeZigzag(next - before);
        before = next;
      }
    }
  }

  private void writeBits(long bits) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.write((int) (bits >>> shift));
    }
  }

  private void writeText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writeVarint(bytes.length);
    out.writeBytes(bytes);
  }

  private void writeZigzag(long value) {
    writeVarint(value << 1 ^ value >> 63);
  }

  private void writeVarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /**
   * The rows again.
   *
   * @param place what the columns that are not digested hold, in their order
   */
  static List<Row> decode(Table table, byte[] bytes, Object... place) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    StructField[] fields = table.schema().fields();
    int[] columns = table.digestedColumns().stream().mapToInt(i -> i).toArray();
    Object[] above = new Object[fields.length];
    List<Integer> places = table.placeColumns();
    for (int i = 0; i < places.size(); i++) {
      above[places.get(i)] = place[i];
    }
    int size = (int) readVarint(in);
    List<Row> rows = new ArrayList<>(size);
    for (int row = 0; row < size; row++) {
      Object[] values = above.clone();
      for (int column : columns) {
        values[column] = read(in, fields[column].dataType(), above[column]);
      }
      rows.add(RowFactory.create(values));
      above = values;
    }
    return rows;
  }

  private static Object read(ByteBuffer in, DataType type, Object above) {
    int tag = in.get();
    return switch (tag) {
      case 0 -> null;
      case 1 -> above;
      case 2 -> integer(readZigzag(in), type);
      case 3 -> in.getDouble();
      case 4 -> true;
      case 5 -> false;
      case 6 -> readText(in);
      case 7 -> readTexts(in);
      case 8 -> readIntegers(in, (ArrayType) type);
      default -> throw new IllegalStateException("Unknown tag " + tag + " of a compact row");
    };
  }

  /** Boxed as the schema asks. */
  private static Object integer(long value, DataType type) {
    if (type.equals(DataTypes.IntegerType)) {
      return (int) value;
    }
    return value;
  }

  private static String[] readTexts(ByteBuffer in) {
    String[] texts = new String[(int) readVarint(in)];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = readText(in);
    }
    return texts;
  }

  /** An empty list of texts is stored as one of integers. */
  private static Object readIntegers(ByteBuffer in, ArrayType type) {
    long[] values = new long[(int) readVarint(in)];
    long before = 0;
    for (int i = 0; i < values.length; i++) {
      before += readZigzag(in);
      values[i] = before;
    }
    if (type.elementType().equals(DataTypes.StringType)) {
      return new String[0];
    }
    return type.elementType().equals(DataTypes.IntegerType)
        ? Arrays.stream(values).mapToInt(value -> (int) value).toArray()
        : values;
  }

  private static String readText(ByteBuffer in) {
    byte[] bytes = new byte[(int) readVarint(in)];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static long readZigzag(ByteBuffer in) {
    long value = readVarint(in);
    return value >>> 1 ^ -(value & 1);
  }

  private static long readVarint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  /** Bytes that grow; of one thread, unlike those of the JDK. */
  private static final class Bytes {

    private byte[] bytes = new byte[256];
    private int size;

    void write(int value) {
      room(1);
      bytes[size++] = (byte) value;
    }

    void writeBytes(byte[] more) {
      room(more.length);
      System.arraycopy(more, 0, bytes, size, more.length);
      size += more.length;
    }

    private void room(int more) {
      if (bytes.length - size < more) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), size + (size >> 1)));
      }
    }

    byte[] toByteArray() {
      return Arrays.copyOf(bytes, size);
    }
  }
}
