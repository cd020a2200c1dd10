package io.ckptaudit.job.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The canonical bytes of a row: the digested columns in schema order, each a tag and a value.
 *
 * <pre>
 * 0  null
 * 1  text: length (int), UTF-8
 * 2  integer of any width: 8 bytes
 * 3  real: the 8 bytes of the double, NaN canonical
 * 4  truth: 1 byte
 * 5  list: length (int), then the elements
 * </pre>
 *
 * All numbers are big-endian.
 */
final class RowEncoding {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private RowEncoding() {}

  static byte[] of(Row row, List<Integer> columns) {
    RowEncoding encoding = new RowEncoding();
    for (int column : columns) {
      encoding.append(row.get(column));
    }
    return encoding.out.toByteArray();
  }

  private void append(Object value) {
    if (value == null) {
      out.write(0);
    } else if (value instanceof String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.write(1);
      appendInt(bytes.length);
      out.writeBytes(bytes);
    } else if (value instanceof Long || value instanceof Integer) {
      out.write(2);
      appendLong(((Number) value).longValue());
    } else if (value instanceof Double real) {
      out.write(3);
      appendLong(Double.doubleToLongBits(real));
    } else if (value instanceof Boolean truth) {
      out.write(4);
      out.write(truth ? 1 : 0);
    } else {
      appendList(value);
    }
  }

  private void appendList(Object value) {
    List<?> elements = Lists.of(value);
    out.write(5);
    appendInt(elements.size());
    elements.forEach(this::append);
  }

  private void appendInt(int value) {
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  private void appendLong(long value) {
    out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }
}
