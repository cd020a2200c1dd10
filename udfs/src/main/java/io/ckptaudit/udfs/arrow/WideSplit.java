package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.kernel.WideCounter;
import io.ckptaudit.udfs.kernel.WideTally;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.WideCounts;
import io.ckptaudit.udfs.state.WideCountsBuilder;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;

/**
 * Counts a split of F32 or F64: what BF16 cannot hold goes, a block at a time, through the
 * conversion functions to every target, and the codes they give are counted.
 *
 * <p>Holds the vectors of one block, about 128 KiB and 64 KiB a target, from the first element
 * until {@link #close}, after which it can be used again.
 */
final class WideSplit implements AutoCloseable {

  private final DType dtype;
  private final Set<Target> targets;
  private final ConversionFunctions functions;
  private final WideCounter counter;

  private WideCountsBuilder builder;
  private BufferAllocator allocator;
  private BaseFixedWidthVector others;
  private final Map<Target, BaseFixedWidthVector> results = new EnumMap<>(Target.class);

  WideSplit(DType dtype, ConversionFunctions functions, Set<Target> targets) {
    this.dtype = dtype;
    this.targets = WideCounts.keptTargets(dtype, targets);
    this.functions = functions;
    this.counter = Kernels.wideCounter(dtype.format());
    this.builder = new WideCountsBuilder(dtype, this.targets);
  }

  /** Adds whole elements, of any number. */
  void add(ByteBuffer span) {
    int blockBytes = WideCounter.BLOCK * dtype.bits() / Byte.SIZE;
    for (int from = 0; from < span.remaining(); from += blockBytes) {
      int length = Math.min(blockBytes, span.remaining() - from);
      addBlock(span.slice(span.position() + from, length));
    }
  }

  private void addBlock(ByteBuffer block) {
    open();
    int count = counter.separate(block, CodeVectors.data(others, WideCounter.BLOCK));
    if (count == 0) {
      return;
    }
    others.setValueCount(count);
    for (Target target : targets) {
      BaseFixedWidthVector codes = results.get(target);
      convert(target, codes);
      counter.count(target, CodeVectors.data(codes, count), builder::addFar);
    }
  }

  private void convert(Target target, BaseFixedWidthVector codes) {
    if (others instanceof Float8Vector doubles) {
      functions.fromDouble(target, doubles, codes);
    } else {
      functions.fromFloat(target, (Float4Vector) others, codes);
    }
  }

  private void open() {
    if (allocator != null) {
      return;
    }
    allocator = ArrowMemory.child("casts of " + dtype);
    others =
        dtype.format() == FloatFormat.F64
            ? new Float8Vector(dtype.name(), allocator)
            : (Float4Vector) CodeVectors.create(dtype.format(), allocator);
    others.allocateNew(WideCounter.BLOCK);
    CodeVectors.setAllValid(others, WideCounter.BLOCK);
    for (Target target : targets) {
      results.put(target, CodeVectors.create(target.format(), allocator));
    }
  }

  int crc32c() {
    return counter.crc32c();
  }

  /**
   * The state of all that was added since the last {@link #reset}.
   *
   * @param inTensor index in the tensor by index in the split, ascending
   */
  WideCounts state(LongUnaryOperator inTensor, Integer orderDigest) {
    counter.drainTo(new ToBuilder(builder));
    return builder.build(
        SplitCounter.inTensor(inTensor, counter.firstMinIndex()),
        SplitCounter.inTensor(inTensor, counter.firstMaxIndex()),
        SplitCounter.inTensor(inTensor, counter.firstNonFiniteIndex()),
        orderDigest);
  }

  /** Forgets what was counted. */
  void reset() {
    counter.reset();
    builder = new WideCountsBuilder(dtype, targets);
  }

  @Override
  public void close() {
    results.values().forEach(BaseFixedWidthVector::close);
    results.clear();
    if (others != null) {
      others.close();
      others = null;
    }
    if (allocator != null) {
      allocator.close();
      allocator = null;
    }
  }

  /** From the kernel's words to the state's. */
  private record ToBuilder(WideCountsBuilder to) implements WideTally {

    @Override
    public void bf16(int[] codes, long[] counts) {
      to.addBf16(codes, counts);
    }

    @Override
    public void nan(long count) {
      to.addNaN(count);
    }

    @Override
    public void extremes(double smallest, double largest, double nearestZero) {
      to.addExtremes(smallest, largest, nearestZero);
    }

    @Override
    public void values(int binade, boolean negative, long count, BigInteger sum, BigInteger sumSq) {
      to.addValues(binade, negative, count, sum, sumSq);
    }

    @Override
    public void trailingZeros(int binade, int zeros, long count) {
      to.addTrailingZeros(binade, zeros, count);
    }

    @Override
    public void codes(Target target, int[] codes, long[] counts) {
      to.addCodes(target, codes, counts);
    }

    @Override
    public void small(Target target, long underflow, long subnormal) {
      to.addSmall(target, underflow, subnormal);
    }

    @Override
    public void lost(Target target, int binade, long count, BigInteger sum, BigInteger sumSq) {
      to.addLost(target, binade, count, sum, sumSq);
    }

    @Override
    public void clipped(Target target, int binade, long count, BigInteger sum, BigInteger sumSq) {
      to.addClipped(target, binade, count, sum, sumSq);
    }

    @Override
    public void residuals(
        Target target,
        int binade,
        long[] counts,
        BigInteger sum,
        BigInteger sumSq,
        long largest,
        long shareOf,
        long shareIn) {
      to.addResiduals(target, binade, counts, sum, sumSq, largest, shareOf, shareIn);
    }
  }
}
