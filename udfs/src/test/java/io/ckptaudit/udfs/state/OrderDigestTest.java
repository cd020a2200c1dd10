package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.testing.SeededCases;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class OrderDigestTest {

  private final SeededCases cases = SeededCases.create();

  private static int crc32c(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  private static int crc32c(byte[] bytes) {
    return crc32c(bytes, 0, bytes.length);
  }

  @Test
  void theCheckValueOfTheStandard() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(crc32c(digits)).isEqualTo(0xE3069283);
    int contributions =
        OrderDigest.contribution(crc32c(digits, 4, 9), 5, 0)
            ^ OrderDigest.contribution(crc32c(digits, 0, 4), 4, 5);
    assertThat(OrderDigest.finish(contributions, 9)).isEqualTo(0xE3069283);
  }

  @Test
  void anyCutInAnyOrderGivesTheDigestOfTheWhole() {
    for (int run = 0; run < 2000; run++) {
      byte[] bytes = new byte[cases.below(300)];
      cases.random().nextBytes(bytes);
      List<Integer> contributions = new ArrayList<>();
      int from = 0;
      for (int to : cases.cuts(bytes.length)) {
        contributions.add(
            OrderDigest.contribution(crc32c(bytes, from, to), to - from, bytes.length - to));
        from = to;
      }
      int merged = cases.shuffled(contributions).stream().reduce(0, (a, b) -> a ^ b);
      assertThat(OrderDigest.finish(merged, bytes.length)).as("%s", cases).isEqualTo(crc32c(bytes));
    }
  }

  /** Columns of a matrix, each read in pieces of any length. */
  @Test
  void runsThatAreAStrideApartContributeWhatTheyDoOneByOne() {
    for (int run = 0; run < 500; run++) {
      int columns = 1 + cases.below(40);
      byte[] bytes = new byte[(1 + cases.below(8)) * columns];
      cases.random().nextBytes(bytes);
      int split = cases.below(columns + 1);
      int merged = runs(bytes, columns, 0, split) ^ runs(bytes, columns, split, columns);
      assertThat(OrderDigest.finish(merged, bytes.length)).as("%s", cases).isEqualTo(crc32c(bytes));
    }
  }

  private int runs(byte[] bytes, int stride, int from, int to) {
    if (from == to) {
      return 0;
    }
    RunsDigest digest = new RunsDigest(to - from, stride);
    int end = 0;
    for (int row = 0; row < bytes.length; row += stride) {
      int middle = row + from + cases.below(to - from);
      if (middle > row + from) {
        digest.add(crc32c(bytes, row + from, middle), row + from, middle - row - from);
      }
      digest.add(crc32c(bytes, middle, row + to), middle, row + to - middle);
      end = row + to;
    }
    return digest.contribution(bytes.length - end);
  }

  @Test
  void theCrcOfZipArchivesIsPutTogetherTheSameWay() {
    for (int run = 0; run < 200; run++) {
      byte[] bytes = new byte[cases.below(300)];
      cases.random().nextBytes(bytes);
      int merged = 0;
      int from = 0;
      for (int to : cases.cuts(bytes.length)) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, to - from);
        merged ^=
            CombinableCrc.CRC32.contribution((int) crc.getValue(), to - from, bytes.length - to);
        from = to;
      }
      CRC32 whole = new CRC32();
      whole.update(bytes);
      assertThat(CombinableCrc.CRC32.finish(merged, bytes.length))
          .as("%s", cases)
          .isEqualTo((int) whole.getValue());
    }
  }

  @Test
  void emptyPiecesContributeNothing() {
    for (long after : new long[] {0, 1, 1L << 40, Long.MAX_VALUE}) {
      assertThat(OrderDigest.contribution(0, 0, after)).isZero();
    }
    assertThat(OrderDigest.finish(0, 0)).isZero();
  }

  @Test
  void swappingTwoDifferentPiecesChangesTheDigest() {
    byte[] left = {1, 2};
    byte[] right = {2, 1};
    int inOrder = concatenate(crc32c(left), 2, crc32c(right), 2);
    assertThat(concatenate(crc32c(right), 2, crc32c(left), 2)).isNotEqualTo(inOrder);
  }

  private static int concatenate(int crcA, long bytesA, int crcB, long bytesB) {
    int merged =
        OrderDigest.contribution(crcA, bytesA, bytesB) ^ OrderDigest.contribution(crcB, bytesB, 0);
    return OrderDigest.finish(merged, bytesA + bytesB);
  }

  /** Doubling a megabyte up to 2^62 bytes, and the same length put together from two odd parts. */
  @Test
  void longSequencesEqualRepeatedCombination() {
    for (byte[] unit : new byte[][] {new byte[1 << 20], random(1 << 20)}) {
      int crc = crc32c(unit);
      int odd = crc32c(unit, 0, 3);
      int rest = crc32c(unit, 3, unit.length);
      for (long bytes = unit.length; bytes <= 1L << 61; bytes *= 2) {
        int restAndWhole = concatenate(rest, bytes - 3, crc, bytes);
        int doubled = concatenate(crc, bytes, crc, bytes);
        assertThat(concatenate(odd, 3, restAndWhole, 2 * bytes - 3)).isEqualTo(doubled);
        rest = restAndWhole;
        crc = doubled;
      }
    }
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    cases.random().nextBytes(bytes);
    return bytes;
  }

  /**
   * Zeros of 4 MiB by the JDK, against the digest of no contribution at all and against doubling.
   */
  @Test
  void zerosAreTold() {
    byte[] zeros = new byte[1 << 22];
    for (int length = 1; length <= zeros.length; length *= 2) {
      int crc = crc32c(zeros, 0, length);
      assertThat(OrderDigest.finish(0, length)).isEqualTo(crc);
      assertThat(OrderDigest.contribution(crc, length, 12345)).isZero();
    }
    assertThat(OrderDigest.finish(0, 7)).isNotEqualTo(OrderDigest.finish(0, 8));
  }

  @Test
  void noBitOfALengthIsIgnored() {
    for (int bit = 0; bit < 63; bit++) {
      assertThat(OrderDigest.contribution(1, 1, 1L << bit))
          .as("2^%d bytes after", bit)
          .isNotEqualTo(OrderDigest.contribution(1, 1, 0));
    }
  }
}
