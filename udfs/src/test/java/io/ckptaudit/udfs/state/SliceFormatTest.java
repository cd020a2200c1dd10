package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SliceFormatTest {

  /** Slice 300 has 1.0, 301 was not seen, 302 is zero. */
  private static final String GOLDEN = "53010442463136ac0203817f0001";

  private static SliceMagnitudes golden() {
    return SliceMagnitudes.of(DType.BF16, 300, new long[] {0x3F80})
        .merge(SliceMagnitudes.of(DType.BF16, 302, new long[] {0}));
  }

  @Test
  void theBytesOfVersionOneStayTheSame() {
    byte[] bytes = HexFormat.of().parseHex(GOLDEN);
    assertThat(golden().toBytes()).isEqualTo(bytes);
    assertThat(SliceMagnitudes.fromBytes(bytes)).isEqualTo(golden());
    assertThat(golden().largest(300)).isOne();
    assertThat(golden().largest(301)).isNaN();
    assertThat(golden().largest(302)).isZero();
  }

  @Test
  void truncatedAndFlippedBytesAreRefusedOrCanonical() {
    byte[] state = HexFormat.of().parseHex(GOLDEN);
    for (int length = 0; length < state.length; length++) {
      byte[] bytes = Arrays.copyOf(state, length);
      assertThatThrownBy(() -> SliceMagnitudes.fromBytes(bytes))
          .isInstanceOf(MalformedStateException.class);
    }
    for (int bit = 0; bit < 8 * state.length; bit++) {
      byte[] bytes = state.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertThat(SliceMagnitudes.fromBytes(bytes).toBytes()).isEqualTo(bytes);
      } catch (MalformedStateException e) {
        assertThat(e.offset()).isBetween(0, bytes.length);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "43                                  | 1  | unknown kind 67",
        "53 02                               | 2  | version 2 instead of 1",
        "53 01 02 49 38 00 00                | 5  | magnitudes of I8",
        "53 01 03 46 31 36 00 02 01          | 8  | 2 slices declared, too many for what is left",
        "53 01 03 46 31 36 FF FF FF FF 07 01 01 | 12 | a slice beyond the last of any tensor",
        "53 01 03 46 31 36 00 01 82 F8 01    | 11 | a magnitude beyond the largest of F16",
        "53 01 03 46 31 36 00 01 00          | 9  | a slice at an end that was not seen",
        "53 01 03 46 31 36 01 00             | 8  | a slice at an end that was not seen",
        "53 01 03 46 31 36 00 01 01 01       | 9  | 1 trailing bytes",
      })
  void everyKindOfFaultIsNamed(String hex, int offset, String reason) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThatThrownBy(() -> SliceMagnitudes.fromBytes(bytes))
        .isInstanceOf(MalformedStateException.class)
        .hasMessageContaining(": " + reason + " at byte " + offset + " of it");
  }
}
