package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.testing.SeededCases;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The laws of a commutative monoid, on encoded bytes. */
class StateLawsTest {

  private static final int TENSORS = 40;

  private final SeededCases cases = SeededCases.create();

  @Test
  void anyCutOrderAndGroupingGivesTheBytesOfTheWhole() {
    for (DType dtype : Parts.COUNTED) {
      for (int run = 0; run < TENSORS; run++) {
        int[] tensor = cases.codes(dtype.format(), cases.below(200));
        CodeCounts whole = Parts.whole(dtype, tensor);
        TensorState merged = Parts.mergeAnyhow(Parts.cut(dtype, tensor, cases, true), cases);
        assertThat(merged.toBytes()).as("%s %s", dtype, cases).isEqualTo(whole.toBytes());
        assertThat(merged).isEqualTo(whole).hasSameHashCodeAs(whole);
        assertThat(TensorState.fromBytes(whole.toBytes())).isEqualTo(whole);
        assertThat(OrderDigest.finish(merged.orderDigest(), Parts.bytes(dtype, tensor.length)))
            .isEqualTo((int) Parts.crc(dtype, tensor, 0, tensor.length).getValue());
      }
    }
  }

  @Test
  void opaqueBytesFollowTheSameLaws() {
    for (DType dtype : List.of(DType.I32, DType.BOOL, DType.U16, DType.F32)) {
      for (int run = 0; run < TENSORS; run++) {
        int[] tensor = cases.random().ints(cases.below(100), 0, 256).toArray();
        OpaqueBytes whole = Parts.opaque(dtype, tensor, 0, tensor.length);
        TensorState merged = Parts.mergeAnyhow(Parts.cut(dtype, tensor, cases, false), cases);
        assertThat(merged.toBytes()).as("%s %s", dtype, cases).isEqualTo(whole.toBytes());
        assertThat(merged.merge(new OpaqueBytes(dtype, 0, 0))).isEqualTo(whole);
        assertThat(TensorState.fromBytes(whole.toBytes())).isEqualTo(whole);
      }
    }
  }

  @Test
  void repeatingIsMergingCopies() {
    for (DType dtype : Parts.COUNTED) {
      TensorState once =
          Parts.whole(dtype, cases.codes(dtype.format(), cases.below(50))).withoutPlace();
      TensorState merged = once;
      for (int times = 1; times < 20; times++) {
        assertThat(once.repeated(times).toBytes())
            .as("%s %s times %s", dtype, times, cases)
            .isEqualTo(merged.toBytes());
        merged = merged.merge(once);
      }
      assertThat(once.repeated(1L << 40).elements()).isEqualTo(once.elements() << 40);
    }
  }

  @Test
  void theEmptyPartIsTheIdentity() {
    for (DType dtype : Parts.COUNTED) {
      CodeCounts empty = CodeCounts.empty(dtype);
      for (int run = 0; run < TENSORS; run++) {
        CodeCounts state = Parts.whole(dtype, cases.codes(dtype.format(), cases.below(50)));
        assertThat(state.merge(empty).toBytes()).as("%s", cases).isEqualTo(state.toBytes());
        assertThat(empty.merge(state).toBytes()).as("%s", cases).isEqualTo(state.toBytes());
      }
    }
  }

  @Test
  void mergingCommutesAndAssociatesAlsoWithStatesThatHaveNoPlace() {
    for (DType dtype : Parts.COUNTED) {
      for (int run = 0; run < TENSORS; run++) {
        CodeCounts a = anyState(dtype);
        CodeCounts b = anyState(dtype);
        CodeCounts c = anyState(dtype);
        byte[] bytes = a.merge(b).merge(c).toBytes();
        assertThat(a.merge(b.merge(c)).toBytes()).as("%s", cases).isEqualTo(bytes);
        assertThat(c.merge(b).merge(a).toBytes()).as("%s", cases).isEqualTo(bytes);
        assertThat(TensorState.fromBytes(bytes).toBytes()).isEqualTo(bytes);
      }
    }
  }

  /** A part of a tensor of 100 elements, with or without its place. */
  private CodeCounts anyState(DType dtype) {
    int[] tensor = cases.codes(dtype.format(), 100);
    int from = cases.below(100);
    CodeCounts state = Parts.of(dtype, tensor, from, from + cases.below(101 - from));
    return cases.below(3) == 0 ? state.withoutPlace() : state;
  }

  @Test
  void mergingAPlacelessPartLeavesNoIndexOfSomethingElse() {
    CodeCounts placed = Parts.whole(DType.F16, 0x3C00, 0x4000);
    CodeCounts smaller = Parts.whole(DType.F16, 0xBC00).withoutPlace();
    CodeCounts merged = placed.merge(smaller);
    assertThat(merged.minIndex()).isEqualTo(-1);
    assertThat(merged.maxIndex()).isEqualTo(-1);
    assertThat(merged.orderDigest()).isNull();
    CodeCounts infinite = Parts.whole(DType.F16, 0x3C00, 0x7C00);
    assertThat(infinite.merge(infinite.withoutPlace()).nonFiniteIndex()).isEqualTo(-1);
    assertThat(infinite.merge(smaller).nonFiniteIndex()).isEqualTo(1);
    assertThat(merged).isEqualTo(placed.withoutPlace().merge(smaller));
  }

  @Test
  void indicesAreOfTheFirstExtremeAndZerosOfBothSignsAreEqual() {
    int[] tensor = {0x7E00, 0x0000, 0x8000, 0x3C00, 0x8000, 0x3C00, 0xFC00};
    CodeCounts late = Parts.of(DType.F16, tensor, 4, 7);
    CodeCounts middle = Parts.of(DType.F16, tensor, 2, 4);
    CodeCounts early = Parts.of(DType.F16, tensor, 0, 2);
    assertThat(late.minIndex()).isEqualTo(4);
    assertThat(late.maxIndex()).isEqualTo(5);
    assertThat(late.merge(middle).minIndex()).isEqualTo(2);
    assertThat(late.merge(middle).maxIndex()).isEqualTo(3);
    assertThat(late.merge(middle).merge(early).minIndex()).isEqualTo(1);
    assertThat(early.maxIndex()).isEqualTo(1);
    CodeCounts nothing = Parts.whole(DType.F16, 0x7E00, 0x7C00, 0xFC00);
    assertThat(nothing.minIndex()).isEqualTo(-1);
    assertThat(nothing.maxIndex()).isEqualTo(-1);
    assertThat(nothing.nonFiniteIndex()).isZero();
    assertThat(late.nonFiniteIndex()).isEqualTo(6);
    assertThat(middle.nonFiniteIndex()).isEqualTo(-1);
    assertThat(late.merge(middle).nonFiniteIndex()).isEqualTo(6);
    assertThat(late.merge(middle).merge(early).nonFiniteIndex()).isZero();
  }

  @Test
  void whatIsNoPartOfTheSameTensorIsRefused() {
    CodeCounts bf16 = Parts.whole(DType.BF16, 1);
    OpaqueBytes i32 = new OpaqueBytes(DType.I32, 1, null);
    assertThatThrownBy(() -> bf16.merge(Parts.whole(DType.F16, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot merge code counts of BF16 with code counts of F16: they are no parts of one"
                + " tensor; group states by tensor, or by layer and dtype");
    assertThatThrownBy(() -> bf16.merge(new OpaqueBytes(DType.BF16, 1, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot merge code counts of BF16 with opaque bytes of BF16: ");
    assertThatThrownBy(() -> i32.merge(bf16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot merge opaque bytes of I32 with code counts of BF16: ");
    assertThatThrownBy(() -> i32.merge(new OpaqueBytes(DType.U32, 1, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot merge opaque bytes of I32 with opaque bytes of U32: ");
  }

  @Test
  void tenTrillionElementsAreFarFromTheLimitAndTheLimitThrows() {
    CodeCounts large = counts(DType.BF16, 0x3F80, 10_000_000_000_000L);
    CodeCounts group = large;
    for (int i = 0; i < 19; i++) {
      group = group.merge(group);
    }
    assertThat(group.elements()).isEqualTo(10_000_000_000_000L << 19).isPositive();
    CodeCounts full = counts(DType.BF16, 0x3F80, Long.MAX_VALUE);
    assertThat(full.elements()).isEqualTo(Long.MAX_VALUE);
    assertThat(TensorState.fromBytes(full.toBytes())).isEqualTo(full);
    assertThatThrownBy(() -> full.merge(counts(DType.BF16, 0x3F80, 1)))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> full.merge(counts(DType.BF16, 0x4000, 1)))
        .isInstanceOf(ArithmeticException.class);
    OpaqueBytes opaque = new OpaqueBytes(DType.U8, Long.MAX_VALUE, null);
    assertThat(TensorState.fromBytes(opaque.toBytes())).isEqualTo(opaque);
    assertThatThrownBy(() -> opaque.merge(new OpaqueBytes(DType.U8, 1, null)))
        .isInstanceOf(ArithmeticException.class);
  }

  private static CodeCounts counts(DType dtype, int code, long count) {
    long[] counts = new long[dtype.format().codes()];
    counts[code] = count;
    return CodeCounts.of(dtype, counts, 0, 0, -1, null);
  }

  @Test
  void whatNoCounterCanHaveFoundIsRefused() {
    long[] one = new long[256];
    one[0x38] = 1;
    refused(one, 0, -1, 7, "an index of one extreme without the other");
    refused(one, -1, -1, 7, "an order digest without indices of extremes");
    refused(one, 0, 1, 7, "indices of extremes that contradict the codes");
    refused(one, -2, -2, 7, "an index outside of any tensor");
    refused(one, Long.MAX_VALUE, Long.MAX_VALUE, 7, "an index outside of any tensor");
    refused(new long[256], 0, 0, 0, "indices of extremes without a finite value");
    refused(new long[256], -1, -1, 7, "an order digest of no elements");
    refused(one, 0, 0, 1, 7, "an index of what is not finite where all is");
    refused(one, 0, 0, -2, 7, "an index outside of any tensor");
    long[] nan = new long[256];
    nan[0xFF] = 1;
    refused(nan, -1, -1, 7, "an order digest without the index of what is not finite");
    long[] negative = new long[256];
    negative[3] = -1;
    refused(negative, -1, -1, 0, "the count of code 3 is -1; hand in what one counter found");
    refused(new long[255], -1, -1, 0, "Cannot hold 255 counts of F8_E4M3");
    assertThatThrownBy(() -> new OpaqueBytes(DType.I8, -1, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot hold -1 opaque elements of I8: negative");
    assertThatThrownBy(() -> new OpaqueBytes(DType.I8, 0, 1))
        .hasMessage("Cannot hold 0 opaque elements of I8: an order digest of no elements");
    assertThatThrownBy(() -> CodeCounts.of(DType.F32, new long[4], -1, -1, -1, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot hold 4 counts of F32: ");
  }

  private static void refused(long[] counts, long min, long max, Integer digest, String reason) {
    refused(counts, min, max, -1, digest, reason);
  }

  private static void refused(
      long[] counts, long min, long max, long nonFinite, Integer digest, String reason) {
    assertThatThrownBy(() -> CodeCounts.of(DType.F8_E4M3, counts, min, max, nonFinite, digest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void codesMustAscendAndBelongToTheDtype() {
    for (int[] codes : new int[][] {{3, 3}, {4, 3}, {-1, 3}, {3, 256}, {3}}) {
      assertThatThrownBy(
              () -> CodeCounts.of(DType.F8_E4M3, codes, new long[] {1, 1}, 0, 1, -1, null))
          .as(Arrays.toString(codes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Cannot hold counts of F8_E4M3: ")
          .hasMessageEndingWith("; hand in what one counter found");
    }
  }

  @Test
  void extremesEqualASearchOfAllValues() {
    for (DType dtype : Parts.COUNTED) {
      for (int run = 0; run < 400; run++) {
        int[] codes =
            Arrays.stream(cases.codes(dtype.format(), 1 + cases.below(6)))
                .sorted()
                .distinct()
                .toArray();
        double[] finite =
            Arrays.stream(codes)
                .mapToDouble(dtype.format()::decode)
                .filter(Double::isFinite)
                .toArray();
        Extremes extremes = Extremes.of(dtype.format(), codes);
        double min = Arrays.stream(finite).min().orElse(Double.NaN);
        double max = Arrays.stream(finite).max().orElse(Double.NaN);
        assertThat(extremes.nonFinite()).isEqualTo(finite.length < codes.length);
        assertThat(extremes.smallest() + 0.0)
            .as("%s %s", dtype, cases)
            .isEqualTo((Double) (min + 0.0));
        assertThat(extremes.largest() + 0.0)
            .as("%s %s", dtype, cases)
            .isEqualTo((Double) (max + 0.0));
      }
    }
  }
}
