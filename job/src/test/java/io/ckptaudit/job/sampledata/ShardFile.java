package io.ckptaudit.job.sampledata;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes of a safetensors file as the safetensors library writes them: tensors by falling width
 * of dtype, then by name; data in the order of the header; the header padded with spaces to a
 * multiple of 8.
 */
final class ShardFile {

  private static final int ALIGNMENT = 8;

  private ShardFile() {}

  static byte[] of(List<Tensor> tensors) throws IOException {
    List<Tensor> ordered =
        tensors.stream()
            .sorted(
                Comparator.comparingInt((Tensor tensor) -> -tensor.dtype().bits())
                    .thenComparing(Tensor::name))
            .toList();
    byte[] header = Json.compact(header(ordered));
    int padding = -header.length & (ALIGNMENT - 1);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(length(header.length + padding));
    file.writeBytes(header);
    file.writeBytes(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
    ordered.forEach(tensor -> file.writeBytes(tensor.bytes()));
    return file.toByteArray();
  }

  private static Map<String, Object> header(List<Tensor> tensors) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    int offset = 0;
    for (Tensor tensor : tensors) {
      header.put(tensor.name(), entry(tensor, offset));
      offset += tensor.size();
    }
    return header;
  }

  private static Map<String, Object> entry(Tensor tensor, int offset) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("dtype", tensor.dtype().name());
    entry.put("shape", tensor.shape());
    entry.put("data_offsets", List.of(offset, offset + tensor.size()));
    return entry;
  }

  private static byte[] length(long length) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }
}
