package io.ckptaudit.job.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tiny model of one layer in Meta's names, shared out among model-parallel ranks; BF16. */
public final class MetaModel {

  /** Not cut: every rank has all of it. */
  public static final int COPIED = -1;

  private final int ranks;
  private final Map<String, Whole> tensors = new LinkedHashMap<>();
  private final Map<String, byte[]> others = new LinkedHashMap<>();
  private final Map<String, long[]> otherShapes = new LinkedHashMap<>();

  private record Whole(long[] shape, int axis, short[] codes) {}

  /** The parts of a rank, its file, and where in it they are. */
  public record RankBytes(byte[] bytes, Map<String, Long> offsets) {}

  private MetaModel(int ranks) {
    this.ranks = ranks;
  }

  /** Embedding columns cut, as Llama 2 has them. */
  public static MetaModel ofRanks(int ranks) {
    MetaModel model = new MetaModel(ranks);
    long dim = 2L * ranks;
    model.add("tok_embeddings.weight", 1, 4L * ranks, dim);
    model.add("norm.weight", COPIED, dim);
    model.add("output.weight", 0, 4L * ranks, dim);
    for (String rows : List.of("attention.wq", "attention.wk", "attention.wv")) {
      model.add("layers.0." + rows + ".weight", 0, dim, dim);
    }
    model.add("layers.0.attention.wo.weight", 1, dim, dim);
    model.add("layers.0.feed_forward.w1.weight", 0, 3L * ranks, dim);
    model.add("layers.0.feed_forward.w2.weight", 1, dim, 3L * ranks);
    model.add("layers.0.feed_forward.w3.weight", 0, 3L * ranks, dim);
    model.add("layers.0.attention_norm.weight", COPIED, dim);
    model.add("layers.0.ffn_norm.weight", COPIED, dim);
    return model;
  }

  /** What params.json says of it. */
  public String params() {
    return "{\"dim\": %d, \"n_layers\": 1, \"n_heads\": %d, \"n_kv_heads\": %d, \"vocab_size\": %d}"
        .formatted(2 * ranks, ranks, ranks, 4 * ranks);
  }

  /** A tensor, or the same cut along another axis. */
  public MetaModel add(String name, int axis, long... shape) {
    int elements = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    short[] codes = new short[elements];
    for (int i = 0; i < elements; i++) {
      codes[i] = (short) (0x3F80 + Math.floorMod(i * 37 + name.length() * 11, 97));
    }
    return add(name, axis, shape, codes);
  }

  public MetaModel add(String name, int axis, long[] shape, short... codes) {
    tensors.put(name, new Whole(shape, axis, codes));
    return this;
  }

  /** What one rank has in place of its part; null for nothing. */
  public MetaModel instead(int rank, String name, byte[] bytes, long... shape) {
    others.put(rank + name, bytes);
    otherShapes.put(rank + name, shape);
    return this;
  }

  public Iterable<String> names() {
    return tensors.keySet();
  }

  /** The codes of the whole tensor. */
  public short[] codes(String name) {
    return tensors.get(name).codes;
  }

  /** The bytes of the part of a rank. */
  public byte[] part(int rank, String name) {
    Whole whole = tensors.get(name);
    int inner = 1;
    for (int i = Math.max(0, whole.axis); i < whole.shape.length; i++) {
      inner *= (int) whole.shape[i];
    }
    int run = whole.axis < 0 ? whole.codes.length : inner / ranks;
    int stride = whole.axis < 0 ? run : inner;
    int start = whole.axis < 0 ? 0 : rank * run;
    ByteBuffer bytes =
        ByteBuffer.allocate(2 * run * (whole.codes.length / stride)).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = start; from < whole.codes.length; from += stride) {
      bytes.asShortBuffer().put(whole.codes, from, run);
      bytes.position(bytes.position() + 2 * run);
    }
    return bytes.array();
  }

  private long[] shape(int rank, String name) {
    if (otherShapes.containsKey(rank + name)) {
      return otherShapes.get(rank + name);
    }
    long[] shape = tensors.get(name).shape.clone();
    if (tensors.get(name).axis >= 0) {
      shape[tensors.get(name).axis] /= ranks;
    }
    return shape;
  }

  public RankBytes rank(int rank) {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    for (String name : tensors.keySet()) {
      byte[] bytes = others.containsKey(rank + name) ? others.get(rank + name) : part(rank, name);
      if (bytes != null) {
        parts.put(name, bytes);
      }
    }
    byte[] pickle =
        TorchBytes.dict(
            p -> {
              int key = 0;
              for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                long[] shape = shape(rank, part.getKey());
                p.text(part.getKey())
                    .tensor(
                        "BFloat16Storage",
                        "" + key++,
                        part.getValue().length / 2,
                        0,
                        shape,
                        strides(shape));
              }
            });
    ZipBytes zip = TorchBytes.zip(pickle, parts.values().toArray(byte[][]::new));
    byte[] bytes = zip.bytes();
    Map<String, Long> offsets = new LinkedHashMap<>();
    int key = 0;
    for (String name : parts.keySet()) {
      offsets.put(name, zip.dataOffset("archive/data/" + key++));
    }
    return new RankBytes(bytes, offsets);
  }

  private static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }

  /** All files of it. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int rank = 0; rank < ranks; rank++) {
      Files.write(folder.resolve(file(rank)), rank(rank).bytes());
    }
    Files.writeString(folder.resolve("params.json"), params());
  }

  public static String file(int rank) {
    return "consolidated.0" + rank + ".pth";
  }
}
