package io.ckptaudit.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.udfs.number.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tensors have slices that matter, and where an element lies. */
class SlicesTest {

  private static TensorSubject subject(
      String name, DType dtype, List<Long> shape, List<Slice> slices) {
    long elements = shape.stream().reduce(1L, (a, b) -> a * b);
    TensorEntry entry =
        new TensorEntry(name, dtype, shape, elements, elements * dtype.bits() / 8, slices);
    List<Shard> shards =
        List.of(
            new Shard("a.safetensors", null, ShardStatus.OK, null),
            new Shard("b.safetensors", null, ShardStatus.OK, null));
    return TensorSubject.of(
        0, new Checkpoint("uri", null, null, shards, List.of(entry), List.of()), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "model.embed_tokens.weight,                     BF16,    32000 64, 64",
    "lm_head.weight,                                F64,     32000 64, 64",
    "lm_head.weight,                                F4,      32000 64, 64",
    "lm_head.weight,                                I8,      32000 64,",
    "model.layers.0.self_attn.q_proj.weight,        BF16,    64 64,",
    "visual.patch_embed.proj.weight,                BF16,    64 3 14 14,",
    "model.embed_tokens.weight,                     BF16,    1048576 2, 2",
    "model.embed_tokens.weight,                     BF16,    1048577 2,",
    "token_type_embeddings.weight,                  BF16,    2 64,",
    "model.embed_tokens.weight,                     BF16,    8 0,",
    "model.layers.0.mlp.experts.gate_up_proj,       BF16,    8 4 6, 24",
    "model.layers.0.mlp.experts.down_proj,          BF16,    8 6 4, 24",
    "model.layers.0.mlp.experts.gate_up_proj_bias,  BF16,    8 12,",
    "model.layers.0.mlp.experts.3.up_proj.weight,   BF16,    8 4 6,",
    "model.layers.0.mlp.experts.3.up_proj.weight,   BF16,    8 4,",
  })
  void slicesAreOfEmbeddingsHeadsAndFusedExperts(
      String name, DType dtype, String dimensions, Long expected) {
    List<Long> shape = Arrays.stream(dimensions.split(" ")).map(Long::valueOf).toList();
    TensorSubject subject = subject(name, dtype, shape, List.of(new Slice(0, 8, 0)));
    assertThat(Slices.lengthIn(subject).stream().boxed().findFirst().orElse(null))
        .isEqualTo(expected);
  }

  @Test
  void elementsOfATensorInPiecesLieInTheirFiles() {
    TensorSubject subject =
        subject(
            "t",
            DType.BF16,
            List.of(6L, 2L),
            List.of(new Slice(0, 100, 10), new Slice(1, 8, 4), new Slice(0, 40, 10)));
    assertThat(subject.at(0)).isEqualTo(new TensorSubject.ElementPlace("a.safetensors", 100));
    assertThat(subject.at(4)).isEqualTo(new TensorSubject.ElementPlace("a.safetensors", 108));
    assertThat(subject.at(5)).isEqualTo(new TensorSubject.ElementPlace("b.safetensors", 8));
    assertThat(subject.at(11)).isEqualTo(new TensorSubject.ElementPlace("a.safetensors", 48));
    assertThatThrownBy(() -> subject.at(12))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No element 12 in tensor 't' of a.safetensors at byte 100");
    TensorSubject packed =
        subject("p", DType.F4, List.of(16L), List.of(new Slice(0, 100, 4), new Slice(1, 8, 4)));
    assertThat(packed.at(7)).isEqualTo(new TensorSubject.ElementPlace("a.safetensors", 103));
    assertThat(packed.at(9)).isEqualTo(new TensorSubject.ElementPlace("b.safetensors", 8));
    Placement left = new Placement(0, 0, 2, 3);
    TensorSubject columns =
        subject(
            "c",
            DType.BF16,
            List.of(2L, 3L),
            List.of(
                new Slice(0, 100, 8).placed(left),
                new Slice(1, 8, 4).placed(new Placement(0, 2, 1, 3))));
    assertThat(columns.at(2)).isEqualTo(new TensorSubject.ElementPlace("b.safetensors", 8));
    assertThat(columns.at(3)).isEqualTo(new TensorSubject.ElementPlace("a.safetensors", 104));
    assertThat(columns.at(5)).isEqualTo(new TensorSubject.ElementPlace("b.safetensors", 10));
  }
}
