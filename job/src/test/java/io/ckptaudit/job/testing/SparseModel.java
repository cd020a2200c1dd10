package io.ckptaudit.job.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Safetensors files whose weights are a hole: F16 zeros, 256 MiB a tensor, and no room on disk. */
public final class SparseModel {

  /** Elements of each tensor. */
  public static final long ELEMENTS = 128L << 20;

  private static final long BYTES = 2 * ELEMENTS;

  private SparseModel() {}

  /**
   * @param headerBytes what the header is filled up to
   */
  public static Path write(Path file, long tensors, int headerBytes) throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"note\":\"\"}");
    for (long i = 0; i < tensors; i++) {
      header.append(
          ",\"layers.%d.weight\":{\"dtype\":\"F16\",\"shape\":[%d],\"data_offsets\":[%d,%d]}"
              .formatted(i, ELEMENTS, i * BYTES, (i + 1) * BYTES));
    }
    header.append('}');
    header.insert(header.indexOf("\"\"}") + 1, "n".repeat(headerBytes - header.length()));
    byte[] json = header.toString().getBytes(StandardCharsets.US_ASCII);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).flip());
      channel.write(ByteBuffer.wrap(json));
      channel.write(ByteBuffer.allocate(1), 8L + json.length + tensors * BYTES - 1);
    }
    return file;
  }
}
