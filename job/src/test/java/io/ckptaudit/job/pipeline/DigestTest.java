package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report does not depend on how it was made, and does depend on the conversion functions. */
class DigestTest {

  private static final long KIB = 1024;

  @TempDir static Path reports;

  private static Map<String, String> original;

  private Map<String, String> original() {
    if (original == null) {
      original = digests("original", Audits.audits(), "llama-hf-bf16");
    }
    return original;
  }

  private Path fixture(String name) {
    return Fixtures.path(name);
  }

  private Map<String, String> digests(String run, Audits audits, String... fixtures) {
    Path report = reports.resolve(run);
    String[] uris = new String[fixtures.length];
    for (int i = 0; i < uris.length; i++) {
      uris[i] = fixture(fixtures[i]).toString();
    }
    audits.run(report, uris);
    return Audits.digests(report);
  }

  @Test
  void splitsOfAnySizeReadInAnyWayGiveTheSameTables() {
    String[] fixtures = {"llama-hf-broken-bf16", "gradients", "all-dtypes"};
    Map<String, String> whole = digests("256m", Audits.audits().read(ReadChoice.MAP), fixtures);
    assertThat(whole).hasSize(Table.ofAudit().size()).containsEntry("runs", "null");
    Audits buffered = Audits.audits().read(ReadChoice.BUFFERED).splitBytes(8 * KIB);
    assertThat(digests("8k", buffered, fixtures)).isEqualTo(whole);
    Audits direct = Audits.audits().read(ReadChoice.DIRECT).splitBytes(KIB * KIB);
    assertThat(digests("1m", direct, fixtures)).isEqualTo(whole);
  }

  /** Every other pair of the two: seconds each, so not in every build. */
  @Tag("full")
  @Test
  void everySplitSizeReadInEveryWayGivesTheSameTables() {
    String[] fixtures = {
      "llama-hf-broken-bf16",
      "llama-fp32-master",
      "gradients",
      "all-dtypes",
      "llama-meta",
      "dcp-sharded"
    };
    Map<String, String> whole = digests("whole", Audits.audits(), fixtures);
    for (ReadChoice way : List.of(ReadChoice.MAP, ReadChoice.BUFFERED, ReadChoice.DIRECT)) {
      for (long split : List.of(8 * KIB, KIB * KIB, 256 * KIB * KIB)) {
        String run = way + "-" + split;
        assertThat(digests(run, Audits.audits().splitBytes(split).read(way), fixtures))
            .as(run)
            .isEqualTo(whole);
      }
    }
  }

  @Test
  void theSameWeightsElsewhereHaveTheSameDigests() throws Exception {
    Path copy = reports.resolve("copy of it");
    try (var files = Files.list(fixture("llama-hf-bf16"))) {
      Files.createDirectories(copy);
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    Audits.audits().run(reports.resolve("copied"), copy.toString());
    assertThat(Audits.digests(reports.resolve("copied"))).isEqualTo(original());
  }

  @Test
  void otherWeightsHaveOtherDigests() {
    Map<String, String> original = original();
    Map<String, String> swapped = digests("swapped", Audits.audits(), "llama-hf-swapped");
    assertThat(swapped.get("tensors")).as("the order digest").isNotEqualTo(original.get("tensors"));
    assertThat(swapped.get("code_counts")).isEqualTo(original.get("code_counts"));
    Map<String, String> tampered = digests("tampered", Audits.audits(), "llama-hf-tampered");
    assertThat(tampered.get("code_counts")).isNotEqualTo(original.get("code_counts"));
  }

  /** Rounds toward zero instead of to nearest: one wrong bit in half of the results. */
  public static final class Truncating implements ConversionFunctions {

    private static final long serialVersionUID = 1L;

    private final KernelConversions right = new KernelConversions();

    @Override
    public void toFloat(FloatFormat source, BaseFixedWidthVector codes, Float4Vector floats) {
      right.toFloat(source, codes, floats);
    }

    @Override
    public void fromFloat(Target target, Float4Vector floats, BaseFixedWidthVector codes) {
      right.fromFloat(target, floats, codes);
      if (target == Target.F8_E4M3) {
        for (int i = 0; i < floats.getValueCount(); i++) {
          int code = codes.getDataBuffer().getByte(i) & 0x7F;
          if (target.format().decode(code) > Math.abs(floats.get(i))) {
            codes.getDataBuffer().setByte(i, codes.getDataBuffer().getByte(i) - 1);
          }
        }
      }
    }

    @Override
    public void fromDouble(Target target, Float8Vector doubles, BaseFixedWidthVector codes) {
      right.fromDouble(target, doubles, codes);
    }
  }

  /** Doubles every value. */
  public static final class Doubling implements ConversionFunctions {

    private static final long serialVersionUID = 1L;

    private final KernelConversions right = new KernelConversions();

    @Override
    public void toFloat(FloatFormat source, BaseFixedWidthVector codes, Float4Vector floats) {
      right.toFloat(source, codes, floats);
      for (int i = 0; i < floats.getValueCount(); i++) {
        floats.set(i, 2 * floats.get(i));
      }
    }

    @Override
    public void fromFloat(Target target, Float4Vector floats, BaseFixedWidthVector codes) {
      right.fromFloat(target, floats, codes);
    }

    @Override
    public void fromDouble(Target target, Float8Vector doubles, BaseFixedWidthVector codes) {
      right.fromDouble(target, doubles, codes);
    }
  }

  @Test
  void aWrongConversionFunctionChangesTheReport() {
    Map<String, String> right = original();
    Map<String, String> truncated =
        digests("truncated", Audits.audits().functions(new Truncating()), "llama-hf-bf16");
    assertThat(truncated.get("conversions")).isNotEqualTo(right.get("conversions"));
    assertThat(truncated.get("histograms")).isNotEqualTo(right.get("histograms"));
    assertThat(truncated.get("tensors"))
        .as("values are decoded rightly")
        .isEqualTo(right.get("tensors"));
    Map<String, String> doubled =
        digests("doubled", Audits.audits().functions(new Doubling()), "llama-hf-bf16");
    assertThat(doubled.get("tensors")).isNotEqualTo(right.get("tensors"));
    assertThat(doubled.get("code_counts")).isEqualTo(right.get("code_counts"));
  }
}
