package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Holds the fast counter of wide sources to the reference, as {@link KernelSelfTest} does. Targets
 * are of 8 bits: the tables of wider ones take a while to make when a JVM starts.
 */
final class WideSelfTest {

  private static final int ELEMENTS = 257;

  /** As many again share a sign and exponent, so that sums of long runs are tried too. */
  private static final int RUN = 200;

  /** The reference takes its time: of longer tests it does this part. */
  private static final int SHARE = 8;

  private static final int FRACTION = 0x7FFFFF;

  private WideSelfTest() {}

  /**
   * What the fast counter gets wrong first, or nothing.
   *
   * @param times as long a test as the shortest
   */
  static Optional<String> fault(RunSums sums, int times) {
    int length = Math.max(1, times / SHARE);
    boolean agree =
        findings(new SortingWideCounter(sums), length)
            .equals(findings(new ScalarWideCounter(FloatFormat.F32), length));
    return agree && isNearestFound(sums)
        ? Optional.empty()
        : Optional.of("counting of F32 differs from the reference");
  }

  /** Holds what casts to BF16 are counted by, which no target of 8 bits reaches, to plain loops. */
  private static boolean isNearestFound(RunSums sums) {
    int[] words = new int[RUN + RunSums.SPARE];
    short[] codes = new short[RUN + RunSums.SPARE];
    for (int i = 0; i < words.length; i++) {
      words[i] = i * 0x9E3779B1 & FRACTION | Float.floatToRawIntBits(-1) | 1;
      codes[i] = (short) (words[i] + 0x8000 >> Short.SIZE);
    }
    RunSums plain = new RunSums();
    ResidualSums expected = new ResidualSums();
    ResidualSums found = new ResidualSums();
    plain.addValues(words, 0, RUN / 2, RUN, expected);
    if (!sums.addValues(words, 0, RUN / 2, RUN, found)) {
      return Arrays.equals(sums.sum, plain.sum) && Arrays.equals(sums.sumSq, plain.sumSq);
    }
    for (int i = 0; i < RUN; i++) {
      expected.add(RunSums.toNearestBf16(words[i]), words[i] & FRACTION | FRACTION + 1);
    }
    boolean areNearest = sums.areNearest(words, codes, 0, RUN, 0);
    codes[1] = (short) (codes[1] + 2);
    return areNearest
        && !sums.areNearest(words, codes, 0, RUN, 0)
        && Arrays.equals(sums.trailingZeros, plain.trailingZeros)
        && Arrays.equals(found.counts, expected.counts)
        && Arrays.equals(found.reaching, expected.reaching)
        && found.sum == expected.sum
        && found.sumSq == expected.sumSq
        && Arrays.equals(sums.sum, plain.sum)
        && Arrays.equals(sums.sumSq, plain.sumSq);
  }

  /** All that a counter finds in some words of all kinds, as text. */
  private static TreeSet<String> findings(WideCounter counter, int length) {
    int elements = length * ELEMENTS;
    ByteBuffer block = buffer((elements + length * RUN) * Float.BYTES);
    for (int i = 0; i < block.capacity() / Float.BYTES; i++) {
      int word = i * 0x9E3779B1;
      int inRun = word & FRACTION | Float.floatToRawIntBits(-1);
      block.putInt(i * Float.BYTES, i < elements ? word : inRun);
    }
    ByteBuffer others = buffer(block.capacity());
    TreeSet<String> found = new TreeSet<>();
    int count = counter.separate(block, others);
    for (Target target : new Target[] {Target.F8_E5M2, Target.F8_E4M3_SAT}) {
      ByteBuffer codes = buffer(count * Short.BYTES);
      new ScalarConversions().fromFloat(target, others, codes, count);
      counter.count(target, codes, (to, value, cast) -> found.add(to + " " + value + " " + cast));
    }
    counter.drainTo(listing(found));
    found.add(counter.firstMinIndex() + " " + counter.firstMaxIndex() + " " + counter.crc32c());
    found.add("not finite " + counter.firstNonFiniteIndex());
    return found;
  }

  private static WideTally listing(TreeSet<String> found) {
    return (WideTally)
        Proxy.newProxyInstance(
            WideTally.class.getClassLoader(),
            new Class<?>[] {WideTally.class},
            (proxy, method, arguments) -> {
              found.add(method.getName() + Arrays.deepToString(arguments));
              return null;
            });
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
