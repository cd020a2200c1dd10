package io.ckptaudit.job.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Writes safetensors files, sound ones by {@link #tensor} and broken ones by saying exactly what
 * the header, its length and the data are.
 */
public final class SafetensorsBytes {
  private final StringBuilder entries = new StringBuilder();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private byte[] header;
  private Long headerLength;

  public static SafetensorsBytes file() {
    return new SafetensorsBytes();
  }

  /** A sound tensor after those there are; its bytes are the whole of {@code bytes}. */
  public SafetensorsBytes tensor(String name, String dtype, long[] shape, byte[] bytes) {
    long begin = data.size();
    data.writeBytes(bytes);
    return entry(name, dtype, shape, begin, begin + bytes.length);
  }

  /** A tensor of 16-bit codes. */
  public SafetensorsBytes tensor(String name, String dtype, short... codes) {
    ByteBuffer bytes = ByteBuffer.allocate(codes.length * 2).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(codes);
    return tensor(name, dtype, new long[] {codes.length}, bytes.array());
  }

  /** An entry of the header alone, true or not. */
  public SafetensorsBytes entry(String name, String dtype, long[] shape, long begin, long end) {
    String dimensions =
        LongStream.of(shape).mapToObj(Long::toUnsignedString).collect(Collectors.joining(","));
    return rawEntry(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%s,%s]}"
            .formatted(
                name, dtype, dimensions, Long.toUnsignedString(begin), Long.toUnsignedString(end)));
  }

  /** A member of the header object, as JSON. */
  public SafetensorsBytes rawEntry(String json) {
    entries.append(entries.isEmpty() ? "" : ",").append(json);
    return this;
  }

  public SafetensorsBytes metadata(String key, String value) {
    return rawEntry("\"__metadata__\":{\"%s\":\"%s\"}".formatted(key, value));
  }

  /** The whole header, in place of the entries. */
  public SafetensorsBytes header(String text) {
    return header(text.getBytes(StandardCharsets.UTF_8));
  }

  public SafetensorsBytes header(byte[] bytes) {
    header = bytes.clone();
    return this;
  }

  /** What the first eight bytes say, whatever the header is. */
  public SafetensorsBytes headerLength(long length) {
    headerLength = length;
    return this;
  }

  /** Bytes after the data there is. */
  public SafetensorsBytes data(byte... bytes) {
    data.writeBytes(bytes);
    return this;
  }

  public byte[] bytes() {
    byte[] json = header != null ? header : ("{" + entries + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(headerLength == null ? json.length : headerLength);
    return file.put(json).put(data.toByteArray()).array();
  }

  /** The file without its last bytes. */
  public byte[] bytesWithoutLast(int count) {
    byte[] all = bytes();
    return Arrays.copyOf(all, all.length - count);
  }

  public Path write(Path file) {
    try {
      return Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
