package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.testing.SeededCases;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateFormatTest {

  private final SeededCases cases = SeededCases.create();

  @Test
  void theBytesOfVersionTwoStayTheSame() {
    GoldenStates.all()
        .forEach(
            (name, state) -> {
              byte[] golden = GoldenStates.bytes(name);
              assertThat(state.toBytes()).as(name).isEqualTo(golden);
              assertThat(TensorState.fromBytes(golden)).as(name).isEqualTo(state);
            });
  }

  @Test
  void goldenPartsMergeToTheGoldenWhole() {
    TensorState tail = TensorState.fromBytes(GoldenStates.bytes("bf16-mixed-tail"));
    TensorState head = TensorState.fromBytes(GoldenStates.bytes("bf16-mixed-head"));
    assertThat(tail.merge(head).toBytes()).isEqualTo(GoldenStates.bytes("bf16-mixed"));
    TensorState wideTail = TensorState.fromBytes(GoldenStates.bytes("f32-mixed-tail"));
    TensorState wideHead = TensorState.fromBytes(GoldenStates.bytes("f32-mixed-head"));
    assertThat(wideTail.merge(wideHead).toBytes()).isEqualTo(GoldenStates.bytes("f32-mixed"));
  }

  /** The golden states, of those that are parts or copies of another the other, and random ones. */
  private List<byte[]> states() {
    List<byte[]> states = new ArrayList<>();
    GoldenStates.all().keySet().stream()
        .filter(name -> !name.matches("f32-(mixed-tail|group)"))
        .forEach(name -> states.add(GoldenStates.bytes(name)));
    for (DType dtype : Parts.COUNTED) {
      int[] tensor = cases.codes(dtype.format(), 40);
      states.add(Parts.of(dtype, tensor, 7, 7 + cases.below(33)).toBytes());
    }
    states.add(wide(DType.F32, 1.1f, -3, Double.NaN, 0x1.8p-140, 500.1f).toBytes());
    states.add(wide(DType.F64, Math.PI, 1e300).withoutPlace().toBytes());
    return states;
  }

  private static WideCounts wide(DType dtype, double... tensor) {
    Set<Target> targets = EnumSet.of(Target.F8_E4M3_SAT);
    return WideParts.part(dtype, tensor, 0, tensor.length, targets, new KernelConversions());
  }

  @Test
  void everyTruncationIsRefused() {
    for (byte[] state : states()) {
      for (int length = 0; length < state.length; length++) {
        byte[] bytes = Arrays.copyOf(state, length);
        assertThatThrownBy(() -> TensorState.fromBytes(bytes))
            .as("%s", HexFormat.of().formatHex(bytes))
            .isInstanceOf(MalformedStateException.class);
      }
    }
  }

  @Test
  void everyFlippedBitIsRefusedOrCanonical() {
    for (byte[] state : states()) {
      for (int i = 0; i < state.length; i++) {
        for (int bit = 0; bit < Byte.SIZE; bit++) {
          byte[] bytes = state.clone();
          bytes[i] ^= (byte) (1 << bit);
          refusedOrCanonical(bytes);
        }
      }
    }
  }

  @Test
  void insertedRemovedAndSwappedBytesAreRefusedOrCanonical() {
    List<byte[]> states = states();
    for (int run = 0; run < 20_000; run++) {
      byte[] bytes = states.get(cases.below(states.size())).clone();
      for (int edit = 0; edit <= cases.below(3); edit++) {
        bytes = edited(bytes);
      }
      refusedOrCanonical(bytes);
    }
  }

  private byte[] edited(byte[] bytes) {
    int at = cases.below(bytes.length);
    byte[] head = Arrays.copyOf(bytes, at);
    byte[] tail = Arrays.copyOfRange(bytes, at + cases.below(2), bytes.length);
    byte[] middle = new byte[cases.below(3)];
    cases.random().nextBytes(middle);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head);
    out.writeBytes(middle);
    out.writeBytes(tail);
    out.write(0);
    return Arrays.copyOf(out.toByteArray(), Math.max(1, out.size() - cases.below(2)));
  }

  private void refusedOrCanonical(byte[] bytes) {
    TensorState state;
    try {
      state = TensorState.fromBytes(bytes);
    } catch (MalformedStateException e) {
      assertThat(e.offset()).isBetween(0, bytes.length);
      return;
    } catch (RuntimeException e) {
      throw new AssertionError(HexFormat.of().formatHex(bytes) + " " + cases, e);
    }
    assertThat(state.toBytes()).as("%s", cases).isEqualTo(bytes);
    if (state.elements() <= Long.MAX_VALUE / 2) {
      assertThat(state.merge(state).elements()).isEqualTo(2 * state.elements());
    }
  }

  /** One of each kind of fault: 'C' or 'O', version 2, then what the layout says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                | 0  | it ends early",
        "58                                | 1  | unknown kind 88",
        "43 03 | 2 | version 3 instead of 2",
        "43 02 03 46 31 | 3 | it ends early",
        "43 02 03 46 31 37 00 00 | 6 | an unknown dtype",
        "43 02 00 | 3 | an unknown dtype",
        "4F 02 02 C9 38 00 00 | 5 | an unknown dtype",
        "4F 02 02 49 38 80 00 00 | 7 | a number not in its shortest form",
        "4F 02 02 49 38 FF FF FF FF FF FF FF FF FF 01 00 | 14 | a number of more than 63 bits",
        "4F 02 02 49 38 01 02 | 7 | digest flag 2",
        "4F 02 02 49 38 01 01 00 00 00 | 10 | it ends early",
        "4F 02 02 49 38 00 01 01 00 00 00 | 11 | an order digest of no elements",
        "4F 02 02 49 38 01 00 07 | 7 | 1 trailing bytes",
        "53 02 04 42 46 31 36 00 01 00 00 00 00 00 00 00 00 00 | 13 | an order digest of scaling"
            + " classes",
        "43 02 02 49 38 00 00 00 00 00 | 7 | code counts of I8",
        "43 02 03 46 33 32 00 00 00 00 00 | 8 | code counts of F32",
        "43 02 03 46 31 36 01 00 00 00 00 02 00 01 | 12 | 2 codes declared, too many for what is left",
        "43 02 07 46 38 5F 45 34 4D 33 01 00 00 00 00 01 80 02 01 | 18 | a code beyond the last of"
            + " F8_E4M3",
        "43 02 03 46 31 36 02 00 00 00 00 02 FF FF 03 01 00 01 | 17 | a code beyond the last of F16",
        "43 02 03 46 31 36 01 00 01 01 00 01 00 00 | 14 | a count of zero",
        "43 02 03 46 31 36 01 00 01 01 00 01 00 02 | 14 | more counted than the 1 elements",
        "43 02 03 46 31 36 02 00 01 01 00 01 00 01 | 14 | 2 elements declared but 1 counted",
        "43 02 03 46 31 36 01 00 01 00 00 01 00 01 | 14 | an index of one extreme without the other",
        "43 02 03 46 31 36 01 00 01 02 00 01 00 01 | 14 | indices of extremes that contradict the"
            + " codes",
        "43 02 03 46 31 36 01 00 01 01 00 01 80 F8 01 01 | 16 | indices of extremes without a finite"
            + " value",
        "43 02 03 46 31 36 01 01 00 00 00 00 00 00 00 01 00 01 | 18 | an order digest without indices"
            + " of extremes",
        "43 02 03 46 31 36 01 00 01 01 01 01 00 01 | 14 | an index of what is not finite where all is",
        "43 02 03 46 31 36 01 01 00 00 00 00 00 00 00 01 80 F8 01 01 | 20 | an order digest without"
            + " the index of what is not finite",
        "43 02 03 46 31 36 01 00 01 01 00 01 00 01 00 | 14 | 1 trailing bytes",
      })
  void everyKindOfFaultIsNamed(String hex, int offset, String reason) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThatThrownBy(() -> TensorState.fromBytes(bytes))
        .isInstanceOfSatisfying(
            MalformedStateException.class, e -> assertThat(e.offset()).isEqualTo(offset))
        .hasMessage(
            "Cannot read a tensor state: "
                + reason
                + " at byte "
                + offset
                + " of it; it was written by another version or damaged, so audit the tensor"
                + " again");
  }

  @Test
  void aPartMayHaveIndicesBeyondItsOwnElements() {
    byte[] bytes =
        HexFormat.of()
            .parseHex("4302034631360100ffffffffffffffff7f" + "ffffffffffffffff7f00010001");
    CodeCounts state = (CodeCounts) TensorState.fromBytes(bytes);
    assertThat(state.minIndex()).isEqualTo(Long.MAX_VALUE - 1);
    assertThat(state.toBytes()).isEqualTo(bytes);
  }

  @Test
  void smallInputsNeverAllocateMuch() {
    byte[] head = "C\u0002\u0004BF16".getBytes(StandardCharsets.ISO_8859_1);
    byte[] declared = Arrays.copyOf(head, 64);
    Arrays.fill(declared, head.length, 64, (byte) 0xFF);
    declared[head.length + 8] = 0x7F;
    declared[head.length + 9] = 0;
    declared[head.length + 10] = 0;
    declared[head.length + 11] = 0;
    declared[head.length + 12] = 0;
    declared[head.length + 21] = 0x7F;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assertThat(catchThrowable(() -> TensorState.fromBytes(declared)))
        .hasMessageContaining("9223372036854775807 codes declared");
    long before = threads.getCurrentThreadAllocatedBytes();
    Throwable refused = catchThrowable(() -> TensorState.fromBytes(declared));
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    assertThat(refused).isInstanceOf(MalformedStateException.class);
  }
}
