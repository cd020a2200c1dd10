package io.ckptaudit.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Orders of elements against the loops of those who write them. */
class ElementOrdersTest {

  private static SideTensor tensor(String name, Long... shape) {
    long elements = List.of(shape).stream().reduce(1L, (a, b) -> a * b);
    return new SideTensor(
        name, DType.BF16, List.of(shape), elements, null, DType.BF16, "same", Map.of(), null);
  }

  private static Pair pair(SideTensor left, SideTensor right) {
    return Pairing.of(List.of(left), List.of(right)).get(0);
  }

  private static List<Long> lefts(ElementOrder order, long from, long to) {
    List<Long> lefts = new ArrayList<>();
    order.forEachRun(
        from,
        to,
        (left, count) -> {
          for (long i = 0; i < count; i++) {
            lefts.add(left + i);
          }
        });
    return lefts;
  }

  /** As the converter of transformers: view(H, d / H / 2, 2, dim).transpose(1, 2). */
  @Test
  void rotaryRowsAreThoseOfTheConverter() {
    int heads = 3;
    int head = 8;
    int columns = 5;
    List<Long> converted = new ArrayList<>();
    for (int h = 0; h < heads; h++) {
      for (int second = 0; second < 2; second++) {
        for (int i = 0; i < head / 2; i++) {
          for (int c = 0; c < columns; c++) {
            converted.add((long) ((h * head + 2 * i + second) * columns + c));
          }
        }
      }
    }
    SideTensor meta = tensor("layers.0.attention.wq.weight", 24L, 5L);
    SideTensor hf = tensor("model.layers.0.self_attn.q_proj.weight", 24L, 5L);
    ElementOrder there = named(ElementOrders.of(pair(meta, hf)), "rotary_8");
    assertThat(lefts(there, 0, 120)).isEqualTo(converted);
    assertThat(there.unit()).isEqualTo(40);
    assertThat(lefts(there, 40, 80)).isEqualTo(converted.subList(40, 80));
    ElementOrder back = named(ElementOrders.of(pair(hf, meta)), "rotary_back_8");
    List<Long> again = lefts(back, 0, 120).stream().map(i -> converted.get(i.intValue())).toList();
    assertThat(again).isSorted();
  }

  private static ElementOrder named(List<ElementOrder> orders, String id) {
    return orders.stream().filter(order -> order.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void theLikeliestOrderComesFirst() {
    SideTensor meta = tensor("layers.0.attention.wk.weight", 256L, 5L);
    SideTensor hf = tensor("model.layers.0.self_attn.k_proj.weight", 256L, 5L);
    assertThat(ElementOrders.of(pair(meta, hf)).get(0).id()).isEqualTo("rotary_128");
    assertThat(ElementOrders.of(pair(hf, meta)).get(0).id()).isEqualTo("rotary_back_128");
    assertThat(ElementOrders.of(pair(hf, hf)).get(0).id()).isEqualTo("same");
    SideTensor other = tensor("model.layers.0.mlp.up_proj.weight", 256L, 5L);
    assertThat(ElementOrders.of(pair(other, other))).hasSize(1);
  }

  @Test
  void transposedTensorsAreKnownByTheirShapes() {
    Pair pair = pair(tensor("a.weight", 2L, 3L), tensor("b.weight", 3L, 2L));
    ElementOrder order = ElementOrders.of(pair).get(0);
    assertThat(order.id()).isEqualTo("transposed");
    assertThat(lefts(order, 0, 6)).containsExactly(0L, 3L, 1L, 4L, 2L, 5L);
  }

  @Test
  void partsStandInTheirWholeAsTheyAreNamed() {
    List<SideTensor> parts =
        List.of(
            tensor("l.q_proj.weight", 4L, 2L),
            tensor("l.k_proj.weight", 2L, 2L),
            tensor("l.v_proj.weight", 2L, 2L));
    Pair fused = Pairing.of(List.of(tensor("l.qkv_proj.weight", 8L, 2L)), parts).get(0);
    assertThat(fused.right()).isEqualTo(parts);
    List<SideTensor> experts = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      experts.add(tensor("e.experts." + i + ".gate_proj.weight", 4L, 2L));
      experts.add(tensor("e.experts." + i + ".up_proj.weight", 4L, 2L));
    }
    Pair stacked =
        Pairing.of(experts, List.of(tensor("e.experts.gate_up_proj", 11L, 8L, 2L))).get(0);
    assertThat(stacked.left()).isEqualTo(experts);
    assertThat(ElementOrders.of(stacked))
        .extracting(ElementOrder::id)
        .containsExactly("same", "in_turns_1", "in_turns_2");
    ElementOrder turns = ElementOrders.of(stacked).get(1);
    assertThat(turns.lanes()).isEqualTo(2);
    assertThat(turns.turn()).isEqualTo(2);
    assertThat(turns.unit()).isEqualTo(4);
  }

  @Test
  void whatWritersComputeIsNotMissing() {
    Pair pair = Pairing.of(List.of(tensor("rope.freqs", 8L)), List.of()).get(0);
    assertThat(pair.statementByShape()).isEqualTo(Statement.COMPUTED);
    SideTensor inverse = tensor("model.layers.0.self_attn.rotary_emb.inv_freq", 8L);
    assertThat(Pairing.of(List.of(), List.of(inverse)).get(0).statementByShape())
        .isEqualTo(Statement.COMPUTED);
    assertThat(Pairing.of(List.of(), List.of(tensor("a.bias", 8L))).get(0).statementByShape())
        .isEqualTo(Statement.RIGHT_ONLY);
  }

  @Test
  void aPlaceIsThatOfTheTensorItIsIn() {
    SideTensor gate = tensor("l.gate_proj.weight", 4L, 2L);
    SideTensor up = tensor("l.up_proj.weight", 4L, 2L);
    Pair pair =
        Pairing.of(List.of(tensor("l.gate_up_proj.weight", 8L, 2L)), List.of(gate, up)).get(0);
    ElementOrder same = ElementOrders.of(pair).get(0);
    assertThat(ElementPlace.of(pair, same, 11))
        .hasToString("[1, 1] of 'l.up_proj.weight' (element 3)");
    ElementOrder turns = ElementOrders.of(pair).get(1);
    assertThat(ElementPlace.of(pair, turns, 11))
        .hasToString("[2, 1] of 'l.up_proj.weight' (element 5)");
    assertThat(ElementPlace.of(pair, turns, 13))
        .hasToString("[3, 1] of 'l.gate_proj.weight' (element 7)");
  }
}
