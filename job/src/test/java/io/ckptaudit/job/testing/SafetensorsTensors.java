package io.ckptaudit.job.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The tensors of a sound safetensors checkpoint, whole in memory, to make others of. */
public final class SafetensorsTensors {

  /** A tensor and its bytes. */
  public record Whole(String dtype, long[] shape, byte[] bytes) {}

  private SafetensorsTensors() {}

  /** By name. */
  public static TreeMap<String, Whole> of(Path folder) {
    TreeMap<String, Whole> tensors = new TreeMap<>();
    try (DirectoryStream<Path> shards = Files.newDirectoryStream(folder, "*.safetensors")) {
      for (Path shard : shards) {
        add(tensors, Files.readAllBytes(shard));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tensors;
  }

  private static void add(Map<String, Whole> tensors, byte[] file) throws IOException {
    int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    String json = new String(file, Long.BYTES, header, StandardCharsets.UTF_8);
    for (Map.Entry<String, JsonNode> entry : new ObjectMapper().readTree(json).properties()) {
      JsonNode tensor = entry.getValue();
      if (tensor.has("dtype")) {
        int start = Long.BYTES + header;
        long[] shape = new long[tensor.get("shape").size()];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = tensor.get("shape").get(i).asLong();
        }
        byte[] bytes =
            Arrays.copyOfRange(
                file,
                start + tensor.get("data_offsets").get(0).asInt(),
                start + tensor.get("data_offsets").get(1).asInt());
        tensors.put(entry.getKey(), new Whole(tensor.get("dtype").asText(), shape, bytes));
      }
    }
  }

  /** One file with these tensors. */
  public static Path write(Map<String, Whole> tensors, Path folder) {
    SafetensorsBytes file = SafetensorsBytes.file();
    tensors.forEach((name, one) -> file.tensor(name, one.dtype(), one.shape(), one.bytes()));
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.write(folder.resolve("model.safetensors"));
  }
}
