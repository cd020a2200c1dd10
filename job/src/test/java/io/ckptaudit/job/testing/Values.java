package io.ckptaudit.job.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The F32 tensors of a safetensors file, read without the product. */
public final class Values {

  private Values() {}

  public static Map<String, float[]> of(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      int header = (int) bytes.getLong(0);
      byte[] json = new byte[header];
      bytes.get(8, json);
      Map<String, float[]> tensors = new TreeMap<>();
      JsonNode entries = new ObjectMapper().readTree(json);
      entries
          .properties()
          .forEach(
              entry -> {
                if ("F32".equals(entry.getValue().path("dtype").asText())) {
                  tensors.put(entry.getKey(), floats(bytes, header, entry.getValue()));
                }
              });
      return tensors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float[] floats(ByteBuffer bytes, int header, JsonNode entry) {
    int from = 8 + header + entry.get("data_offsets").get(0).asInt();
    int to = 8 + header + entry.get("data_offsets").get(1).asInt();
    float[] values = new float[(to - from) / Float.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.getFloat(from + i * Float.BYTES);
    }
    return values;
  }
}
