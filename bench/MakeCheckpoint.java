import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Writes safetensors checkpoints of real shapes to measure whole runs with. Needs a JDK alone:
 *
 * <pre>
 * java bench/MakeCheckpoint.java DIR bf16|f16|f32 BYTES   Llama-like, gaussian weights, std 0.02
 * java bench/MakeCheckpoint.java DIR bf16|f16|f32 BYTES later   the same a step later: each value moved by some 1e-4
 * java bench/MakeCheckpoint.java DIR deep [later]         723 tensors as in Llama-2-70B, an eighth as wide, of BF16
 * java bench/MakeCheckpoint.java DIR sparse               Llama-2-70B: 723 tensors of F16, all holes
 * java bench/MakeCheckpoint.java DIR moe                  100,000 small tensors of BF16
 * </pre>
 *
 * The same bytes on every machine. Weights are runs of 1 MiB out of a pool of 4 Mi gaussian values,
 * each begun at a random place: making 8 GB then costs the time to write them.
 */
final class MakeCheckpoint {

  private static final int POOL = 1 << 22;
  private static final int RUN = 1 << 20;
  private static final float STD = 0.02f;
  private static final float STEP = 1e-4f;

  private record Tensor(String name, long... shape) {
    long elements() {
      return LongStream.of(shape).reduce(1, Math::multiplyExact);
    }
  }

  private final Path folder;
  private final String dtype;
  private final int elementBytes;
  private final boolean sparse;
  private final ByteBuffer pool;
  private final SplittableRandom random = new SplittableRandom(7);

  private MakeCheckpoint(Path folder, String dtype, boolean sparse, boolean later) {
    this.folder = folder;
    this.dtype = dtype;
    this.elementBytes = dtype.equals("F32") ? 4 : 2;
    this.sparse = sparse;
    this.pool = sparse ? null : pool(dtype, elementBytes, later);
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    boolean later = arguments[arguments.length - 1].equals("later");
    switch (arguments[1]) {
      case "sparse" ->
          new MakeCheckpoint(folder, "F16", true, false).write(llama(8192, 28672, 1024, 80), 15);
      case "moe" -> new MakeCheckpoint(folder, "BF16", false, false).write(mixtureOfExperts(), 4);
      case "deep" ->
          new MakeCheckpoint(folder, "BF16", false, later).write(llama(1024, 3584, 128, 80), 15);
      default -> {
        MakeCheckpoint maker =
            new MakeCheckpoint(
                folder, arguments[1].toUpperCase(java.util.Locale.ROOT), false, later);
        maker.write(ofSize(Long.parseLong(arguments[2]) / maker.elementBytes), 3);
      }
    }
  }

  /** A model of about so many parameters: of 7B's width if it can be, with fewer layers. */
  private static List<Tensor> ofSize(long parameters) {
    long width = 4096;
    while (width > 256 && parameters < 76 * width * width) {
      width /= 2;
    }
    long inner = width * 11008 / 4096;
    long layer = 4 * width * width + 3 * width * inner;
    long vocabulary = 2 * 32000 * width;
    int layers = (int) Math.max(1, Math.round((parameters - vocabulary) / (double) layer));
    return llama(width, inner, width, layers);
  }

  private static List<Tensor> llama(long width, long inner, long keys, int layers) {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor("model.embed_tokens.weight", 32000, width));
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i + ".";
      tensors.add(new Tensor(layer + "input_layernorm.weight", width));
      tensors.add(new Tensor(layer + "mlp.down_proj.weight", width, inner));
      tensors.add(new Tensor(layer + "mlp.gate_proj.weight", inner, width));
      tensors.add(new Tensor(layer + "mlp.up_proj.weight", inner, width));
      tensors.add(new Tensor(layer + "post_attention_layernorm.weight", width));
      tensors.add(new Tensor(layer + "self_attn.k_proj.weight", keys, width));
      tensors.add(new Tensor(layer + "self_attn.o_proj.weight", width, width));
      tensors.add(new Tensor(layer + "self_attn.q_proj.weight", width, width));
      tensors.add(new Tensor(layer + "self_attn.v_proj.weight", keys, width));
    }
    tensors.add(new Tensor("model.norm.weight", width));
    tensors.add(new Tensor("lm_head.weight", 32000, width));
    return tensors;
  }

  /** 65 layers of 512 experts of three matrices, and norms: 100,000 tensors. */
  private static List<Tensor> mixtureOfExperts() {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor("model.embed_tokens.weight", 1024, 64));
    for (int i = 0; i < 65; i++) {
      String layer = "model.layers." + i + ".";
      for (int e = 0; e < 512; e++) {
        for (String part : List.of("gate_proj", "up_proj", "down_proj")) {
          tensors.add(new Tensor(layer + "mlp.experts." + e + "." + part + ".weight", 16, 64));
        }
      }
      tensors.add(new Tensor(layer + "input_layernorm.weight", 64));
      tensors.add(new Tensor(layer + "post_attention_layernorm.weight", 64));
      if (i < 27) {
        tensors.add(new Tensor(layer + "self_attn.q_norm.weight", 64));
      }
    }
    tensors.add(new Tensor("model.norm.weight", 64));
    tensors.add(new Tensor("lm_head.weight", 1024, 64));
    return tensors;
  }

  /** Neighbouring tensors to shards of about the same size, the index, and config.json. */
  private void write(List<Tensor> tensors, int shards) throws IOException {
    long total = tensors.stream().mapToLong(Tensor::elements).sum() * elementBytes;
    List<String> places = new ArrayList<>();
    int next = 0;
    long written = 0;
    for (int shard = 1; shard <= shards; shard++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(shard, shards);
      List<Tensor> inside = new ArrayList<>();
      while (next < tensors.size() && (shard == shards || written < total / shards * shard)) {
        Tensor tensor = tensors.get(next++);
        inside.add(tensor);
        written += tensor.elements() * elementBytes;
        places.add("\"" + tensor.name() + "\": \"" + name + "\"");
      }
      writeShard(folder.resolve(name), inside);
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\": {\"total_size\": %d}, \"weight_map\": {%s}}"
            .formatted(total, String.join(", ", places)));
    String declared = dtype.equals("F32") ? "float32" : dtype.equals("F16") ? "float16" : "bfloat16";
    Files.writeString(folder.resolve("config.json"), "{\"torch_dtype\": \"" + declared + "\"}");
  }

  private void writeShard(Path file, List<Tensor> tensors) throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    long end = 0;
    for (Tensor tensor : tensors) {
      long begin = end;
      end += tensor.elements() * elementBytes;
      String shape = LongStream.of(tensor.shape()).mapToObj(Long::toString).collect(Collectors.joining(","));
      header.append(
          ",\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
              .formatted(tensor.name(), dtype, shape, begin, end));
    }
    header.append('}');
    while (header.length() % 8 != 0) {
      header.append(' ');
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer start = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(json.length).put(json).flip();
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(start);
      for (long left = sparse ? 0 : end; left > 0; ) {
        left -= channel.write(run((int) Math.min(left, RUN)));
      }
    }
    if (sparse) {
      try (RandomAccessFile holes = new RandomAccessFile(file.toFile(), "rw")) {
        holes.setLength(8 + json.length + end);
      }
    }
  }

  private ByteBuffer run(int bytes) {
    int from = random.nextInt((pool.capacity() - bytes) / elementBytes + 1) * elementBytes;
    return pool.slice(from, bytes);
  }

  private static ByteBuffer pool(String dtype, int elementBytes, boolean later) {
    ByteBuffer pool = ByteBuffer.allocateDirect(POOL * elementBytes).order(ByteOrder.LITTLE_ENDIAN);
    Random gaussian = new Random(7);
    Random steps = new Random(8);
    for (int i = 0; i < POOL; i++) {
      float value = (float) gaussian.nextGaussian() * STD;
      if (later) {
        value += (float) steps.nextGaussian() * STEP;
      }
      switch (dtype) {
        case "F32" -> pool.putFloat(value);
        case "BF16" -> pool.putShort((short) (rounded(Float.floatToRawIntBits(value), 16)));
        default -> pool.putShort(half(value));
      }
    }
    return pool.clear();
  }

  /** The bits without the last ones, to nearest, ties to even. */
  private static int rounded(int bits, int dropped) {
    int odd = bits >>> dropped & 1;
    return (bits + (1 << dropped - 1) - 1 + odd) >>> dropped;
  }

  private static short half(float value) {
    int bits = Float.floatToRawIntBits(Math.abs(value));
    int sign = value < 0 ? 0x8000 : 0;
    boolean normal = Math.abs(value) >= 0x1p-14f;
    int code = normal ? rounded(bits, 13) - (112 << 10) : (int) Math.rint(Math.abs(value) * 0x1p24);
    return (short) (sign | code);
  }
}
