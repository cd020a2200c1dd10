package io.ckptaudit.job.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.arrow.ConversionTables;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** What a run would store of the tensors of a fixture, counted one by one. */
final class FixtureContents {

  static final Map<FloatFormat, FormatTables> TABLES = tables();

  private FixtureContents() {}

  private static Map<FloatFormat, FormatTables> tables() {
    Map<FloatFormat, FormatTables> tables = new EnumMap<>(FloatFormat.class);
    for (Target target : Target.values()) {
      if (target != Target.F32) {
        FloatFormat format = target.format();
        tables.put(
            format,
            ConversionTables.of(format, EnumSet.allOf(Target.class), new KernelConversions()));
      }
    }
    return tables;
  }

  /** By name. */
  static Map<String, Contents> of(String fixture) {
    Map<String, Contents> contents = new TreeMap<>();
    try (DirectoryStream<Path> shards =
        Files.newDirectoryStream(Fixtures.path(fixture), "*.safetensors")) {
      for (Path shard : shards) {
        addShard(contents, ByteBuffer.wrap(Files.readAllBytes(shard)));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return contents;
  }

  private static void addShard(Map<String, Contents> contents, ByteBuffer bytes)
      throws IOException {
    int header = (int) bytes.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    String json = new String(bytes.array(), Long.BYTES, header, StandardCharsets.UTF_8);
    for (Map.Entry<String, JsonNode> entry : new ObjectMapper().readTree(json).properties()) {
      if (entry.getValue().has("dtype")) {
        JsonNode offsets = entry.getValue().get("data_offsets");
        int start = Long.BYTES + header + offsets.get(0).asInt();
        int length = offsets.get(1).asInt() - offsets.get(0).asInt();
        DType dtype = DType.named(entry.getValue().get("dtype").asText()).orElseThrow();
        ByteBuffer values = bytes.slice(start, length).order(ByteOrder.LITTLE_ENDIAN);
        contents.put(entry.getKey(), contents(dtype, values));
      }
    }
  }

  static Contents contents(DType dtype, ByteBuffer values) {
    CRC32C crc = new CRC32C();
    crc.update(values.duplicate());
    if (dtype == DType.F32) {
      return wide(values, crc.getValue());
    }
    long[] counts = new long[1 << Short.SIZE];
    for (int i = 0; i < values.limit() / Short.BYTES; i++) {
      counts[Short.toUnsignedInt(values.getShort(i * Short.BYTES))]++;
    }
    return Contents.counted(CodeCounts.of(dtype, counts, -1, -1, -1, null), crc.getValue());
  }

  private static Contents wide(ByteBuffer values, long crc) {
    long[] f16 = new long[1 << Short.SIZE];
    long[] bf16 = new long[1 << Short.SIZE];
    boolean onF16 = true;
    boolean onBf16 = true;
    int elements = values.limit() / Float.BYTES;
    for (int i = 0; i < elements; i++) {
      float value = values.getFloat(i * Float.BYTES);
      int asF16 = (int) Target.F16.cast(value);
      int asBf16 = (int) Target.BF16.cast(value);
      f16[asF16]++;
      bf16[asBf16]++;
      onF16 &= FloatFormat.F16.decode(asF16) == value;
      onBf16 &= FloatFormat.BF16.decode(asBf16) == value;
    }
    return Contents.wide(
        DType.F32,
        elements,
        List.of(
            CodeCounts.of(DType.F16, f16, -1, -1, -1, null),
            CodeCounts.of(DType.BF16, bf16, -1, -1, -1, null)),
        onBf16 ? DType.BF16 : onF16 ? DType.F16 : DType.F32,
        Map.of(),
        crc);
  }
}
