package io.ckptaudit.job.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** A small model of BF16 tensors, shared out among files as torch's DCP does; ranks from 1. */
public final class DcpModel {

  /** Byte of a file where its sharding information is named. */
  public static final long SHARDING_AT = 45;

  private static final String METADATA =
      "\"__metadata__\":{\"DCP_VERSION\":\"1.0\",\"DCP_SHARDING_INFO\":\"%s\"}";

  private final Map<String, Whole> tensors = new LinkedHashMap<>();
  private final TreeMap<Integer, Map<String, Part>> ranks = new TreeMap<>();
  private final Map<Integer, String> shardings = new TreeMap<>();

  private record Whole(long[] shape, short[] codes) {}

  private record Part(String dtype, long[] shape, byte[] bytes, String entry) {}

  /** A tensor that the files have nothing of yet. */
  public DcpModel tensor(String name, long[] shape, short... codes) {
    tensors.put(name, new Whole(shape, codes));
    return this;
  }

  /** The same with codes of its own. */
  public DcpModel tensor(String name, long... shape) {
    short[] codes = new short[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (0x3F80 + Math.floorMod(i * 37 + name.length() * 11, 97));
    }
    return tensor(name, shape, codes);
  }

  /** All of a tensor, in the file of one rank. */
  public DcpModel whole(int rank, String name) {
    long[] shape = tensors.get(name).shape;
    return slice(rank, name, new long[shape.length], shape);
  }

  /** A slice of a tensor, in the file of a rank. */
  public DcpModel slice(int rank, String name, long[] begin, long[] shape) {
    return part(rank, name, "BF16", shape, bytes(name, begin, shape), entry(begin));
  }

  /** Anything in place of a slice; an entry of null is left out. */
  public DcpModel part(
      int rank, String name, String dtype, long[] shape, byte[] bytes, String entry) {
    ranks
        .computeIfAbsent(rank, none -> new LinkedHashMap<>())
        .put(name, new Part(dtype, shape, bytes, entry));
    return this;
  }

  /** Another entry of the sharding information for a slice that is there. */
  public DcpModel entry(int rank, String name, String json) {
    Part part = ranks.get(rank).get(name);
    return part(rank, name, part.dtype, part.shape, part.bytes, json);
  }

  /** All of the sharding information of a rank. */
  public DcpModel sharding(int rank, String text) {
    shardings.put(rank, text);
    return this;
  }

  private static String entry(long[] begin) {
    return "{\"saved_offsets\": " + Arrays.toString(begin) + "}";
  }

  /** The codes of a box of a tensor, in its order. */
  public byte[] bytes(String name, long[] begin, long[] shape) {
    Whole whole = tensors.get(name);
    int elements = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    ByteBuffer bytes = ByteBuffer.allocate(2 * elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      long left = i;
      long index = 0;
      long stride = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        index += (begin[axis] + left % shape[axis]) * stride;
        left /= shape[axis];
        stride *= whole.shape[axis];
      }
      bytes.putShort(whole.codes[(int) index]);
    }
    return bytes.array();
  }

  /** The file of a rank. */
  public byte[] bytes(int rank) {
    StringBuilder info = new StringBuilder();
    SafetensorsBytes file = SafetensorsBytes.file();
    ranks
        .get(rank)
        .forEach(
            (name, part) -> {
              if (part.entry != null) {
                info.append(info.isEmpty() ? "" : ", ").append("\"" + name + "\": " + part.entry);
              }
            });
    String sharding = shardings.getOrDefault(rank, "{" + info + "}");
    file.rawEntry(METADATA.formatted(sharding.replace("\"", "\\\"")));
    ranks.get(rank).forEach((name, part) -> file.tensor(name, part.dtype, part.shape, part.bytes));
    return file.bytes();
  }

  /** Where a slice is in the file of a rank. */
  public long offset(int rank, String name) {
    long before = 0;
    for (Map.Entry<String, Part> part : ranks.get(rank).entrySet()) {
      if (part.getKey().equals(name)) {
        break;
      }
      before += part.getValue().bytes.length;
    }
    byte[] file = bytes(rank);
    return 8 + ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0) + before;
  }

  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int rank : ranks.keySet()) {
      Files.write(folder.resolve(file(rank)), bytes(rank));
    }
  }

  /** The same tensors whole, in one file. */
  public void writeWhole(Path folder) throws IOException {
    SafetensorsBytes file = SafetensorsBytes.file();
    tensors.forEach(
        (name, whole) ->
            file.tensor(
                name, "BF16", whole.shape, bytes(name, new long[whole.shape.length], whole.shape)));
    Files.createDirectories(folder);
    file.write(folder.resolve("model.safetensors"));
  }

  /** The name of the file of a rank. */
  public static String file(int rank) {
    return "shard-0000" + rank + "-model-00001-of-00001.safetensors";
  }

  /** The header of a file, for those who look for a place in it. */
  public static String header(byte[] file) {
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    return new String(file, 8, length, StandardCharsets.UTF_8);
  }
}
