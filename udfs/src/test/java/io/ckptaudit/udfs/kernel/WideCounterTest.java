package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Both twins over the same F32 blocks, all that they find compared with a plain second opinion. */
class WideCounterTest {

  private final long seed = SpanFixtures.seed();
  private final Random random = new Random(seed);

  /** Casts as the reference makes them, with a fault for every so many elements, if asked. */
  private int wrongEvery;

  private static float asFloat(int word) {
    return Float.intBitsToFloat(word);
  }

  private WideFindings count(WideCounter counter, int[] words, int blockLength) {
    WideFindings found = new WideFindings();
    countInto(found, counter, words, blockLength);
    return found;
  }

  private void countInto(WideFindings found, WideCounter counter, int[] words, int blockLength) {
    ByteBuffer others = SpanFixtures.guarded(4 * WideCounter.BLOCK, true, 3);
    for (int from = 0; from < words.length; from += blockLength) {
      byte[] bytes =
          bytes(Arrays.copyOfRange(words, from, Math.min(words.length, from + blockLength)));
      ByteBuffer block = SpanFixtures.copy(bytes, from % 2 == 0, 1);
      int count = counter.separate(block, others);
      assertThat(SpanFixtures.guardsIntact(others, 4 * WideCounter.BLOCK)).isTrue();
      if (count > 0) {
        for (Target target : Target.values()) {
          if (target != Target.F32) {
            counter.count(target, cast(target, others, count), found::far);
          }
        }
      }
    }
    counter.drainTo(found);
    found.put("elements", counter.elements());
    found.put("first min", counter.firstMinIndex());
    found.put("first max", counter.firstMaxIndex());
    found.put("first not finite", counter.firstNonFiniteIndex());
    found.put("crc", counter.crc32c());
  }

  private ByteBuffer cast(Target target, ByteBuffer others, int count) {
    int width = target.format().bits() / Byte.SIZE;
    ByteBuffer codes = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int word = others.getInt(others.position() + 4 * i);
      boolean wrong = wrongEvery > 0 && word % wrongEvery == 0;
      int code = wrong ? word >>> 7 : (int) target.cast(asFloat(word));
      if (width == 1) {
        codes.put(i, (byte) code);
      } else {
        codes.putShort(2 * i, (short) code);
      }
    }
    return codes;
  }

  private static byte[] bytes(int[] words) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(words);
    return buffer.array();
  }

  private void assertTwinsAgree(int[] words) {
    WideFindings reference =
        count(new ScalarWideCounter(FloatFormat.F32), words, WideCounter.BLOCK);
    WideFindings fast = reference;
    for (RunSums sums : new RunSums[] {new RunSums(), new VectorRunSums()}) {
      int blockLength = 1 + random.nextInt(WideCounter.BLOCK);
      fast = count(new SortingWideCounter(sums), words, blockLength);
      assertThat(fast.all()).as("-Dtests.seed=%s", seed).isEqualTo(reference.all());
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes(words));
    assertThat(fast.get("crc")).isEqualTo("" + (int) crc.getValue());
  }

  private int[] words(int length) {
    int mood = random.nextInt(9);
    int[] words = new int[length];
    for (int i = 0; i < length; i++) {
      words[i] =
          switch (mood) {
            case 0 -> random.nextInt();
            case 1 -> Float.floatToRawIntBits((float) (random.nextGaussian() * 0.02));
            case 2 -> Float.floatToRawIntBits((float) (random.nextGaussian() * 1e-6));
            case 3 -> random.nextInt() & 0x81FFFFFF;
            case 8 -> Float.floatToRawIntBits((float) (random.nextGaussian() * 1e-8));
            case 4 -> random.nextInt() << random.nextInt(32);
            case 5 -> special();
            case 6 -> random.nextInt(4) << 16 | 0x3F800000 | random.nextInt(2);
            default -> Float.floatToRawIntBits((float) random.nextInt(1 << 20));
          };
    }
    return words;
  }

  /** At and beside powers of two, half spacings and limits. */
  private int special() {
    float[] near = {
      0,
      65504,
      65520,
      65536,
      448,
      464,
      465,
      57344,
      61440,
      0x1p-14f,
      0x1p-24f,
      0x1p-25f,
      0x1p-6f,
      0x1p-9f,
      0x1p-10f,
      0x1p-16f,
      0x1p-17f,
      0x1p-126f,
      0x1p-133f,
      0x1p-134f,
      0x1p-149f,
      1,
      1.5f,
      1 + 0x1p-11f,
      1 + 0x1p-8f,
      Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NaN,
      0x1.fep127f
    };
    int word = Float.floatToRawIntBits(near[random.nextInt(near.length)]) + random.nextInt(5) - 2;
    return random.nextBoolean() ? word : word | Integer.MIN_VALUE;
  }

  @Test
  void twinsAgreeOnBlocksOfAllKinds() {
    for (int run = 0; run < 120; run++) {
      assertTwinsAgree(words(random.nextInt(run % 10 == 0 ? 30_000 : 500)));
    }
  }

  @Test
  void twinsAgreeOnSomeValuesOfEveryExponentAndOnEveryUpperHalf() {
    int[] words = new int[1 << 18];
    for (int i = 0; i < words.length; i++) {
      words[i] = i << 14 | random.nextInt(1 << 14);
    }
    assertTwinsAgree(words);
  }

  @Test
  void twinsAgreeOnWrongCasts() {
    wrongEvery = 3;
    for (int run = 0; run < 40; run++) {
      assertTwinsAgree(words(300));
    }
  }

  @Test
  void nothingIsHandedOnThatBf16Holds() {
    int[] words = random.ints(20_000).map(word -> word & 0xFFFF0000).toArray();
    for (boolean fast : new boolean[] {false, true}) {
      WideCounter counter = Kernels.wideCounter(FloatFormat.F32, fast);
      ByteBuffer none = ByteBuffer.allocate(0);
      for (int from = 0; from < words.length; from += 5_000) {
        byte[] bytes = bytes(Arrays.copyOfRange(words, from, from + 5_000));
        assertThat(counter.separate(ByteBuffer.wrap(bytes), none)).isZero();
      }
      WideFindings found = new WideFindings();
      counter.drainTo(found);
      assertThat(found.all()).containsOnlyKeys("bf16");
    }
  }

  @Test
  void forgetsEverythingOnReset() {
    for (boolean fast : new boolean[] {false, true}) {
      WideCounter counter = Kernels.wideCounter(FloatFormat.F32, fast);
      wrongEvery = 5;
      count(counter, words(9_000), 4_000);
      counter.reset();
      assertThat(counter.elements()).isZero();
      WideFindings nothing = new WideFindings();
      counter.drainTo(nothing);
      assertThat(nothing.all()).isEmpty();
      int[] words = words(3_000);
      WideFindings again = count(counter, words, 1_000);
      assertThat(again.all())
          .isEqualTo(count(new ScalarWideCounter(FloatFormat.F32), words, 1_000).all());
    }
  }

  @Test
  void sumsGoBeyond64Bits() {
    SumTable table = new SumTable(1);
    for (int i = 0; i < 5; i++) {
      table.add(0, 1, Long.MAX_VALUE, Long.MAX_VALUE);
    }
    assertThat(table.sum(0))
        .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(5)))
        .isEqualTo(table.sumSq(0));
  }

  @Test
  void refusesWhatItCannotCount() {
    assertThatThrownBy(() -> Kernels.wideCounter(FloatFormat.BF16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot count BF16 by binade: only F32 and F64 are; count its codes");
    WideCounter counter = Kernels.wideCounter(FloatFormat.F32);
    ByteBuffer others = ByteBuffer.allocate(4 * WideCounter.BLOCK);
    assertThatThrownBy(() -> counter.separate(ByteBuffer.allocate(6), others))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("6 bytes are no whole number of F32 elements");
    assertThatThrownBy(() -> counter.separate(ByteBuffer.allocate(4 * 32769), others))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid block: 32769 elements; cut spans to 32768");
  }
}
