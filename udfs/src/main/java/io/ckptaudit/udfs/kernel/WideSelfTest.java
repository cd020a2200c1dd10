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

  private static final int FRACTION = 0x7FFFFF;

  private WideSelfTest() {}

  /** What the fast counter gets wrong first, or nothing. */
  static Optional<String> fault(RunSums sums) {
    boolean agree =
        findings(new SortingWideCounter(sums))
            .equals(findings(new ScalarWideCounter(FloatFormat.F32)));
    return agree ? Optional.empty() : Optional.of("counting of F32 differs from the reference");
  }

  /** All that a counter finds in some words of all kinds, as text. */
  private static TreeSet<String> findings(WideCounter counter) {
    ByteBuffer block = buffer((ELEMENTS + RUN) * Float.BYTES);
    for (int i = 0; i < ELEMENTS + RUN; i++) {
      int word = i * 0x9E3779B1;
      int inRun = word & FRACTION | Float.floatToRawIntBits(-1);
      block.putInt(i * Float.BYTES, i < ELEMENTS ? word : inRun);
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
