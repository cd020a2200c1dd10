package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.UpdateCounter;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.UpdateCounts;
import java.math.BigInteger;

/** Turns the spans of two splits of the same elements, in order, into what became of them. */
public final class UpdateSplitCounter {

  private final UpdateCounter counter;

  /**
   * @throws IllegalArgumentException unless {@link #isFor}
   */
  public UpdateSplitCounter(DType dtype) {
    this.counter = new UpdateCounter(dtype.format());
  }

  /** Whether updates of a dtype can be taken: those of F32, F16 and BF16. */
  public static boolean isFor(DType dtype) {
    return dtype.isFloating() && UpdateCounter.isFor(dtype.format());
  }

  /** Adds bytes of both sides: the same whole elements. */
  public void add(Span before, int ofBefore, Span after, int ofAfter, int length) {
    counter.add(before.view(ofBefore, length), after.view(ofAfter, length));
  }

  /** What was added since the last time. */
  public UpdateCounts finish() {
    UpdateCounts state = new UpdateCounts();
    counter.drainTo(new ToState(state));
    counter.reset();
    return state;
  }

  /** Forgets what was added. */
  public void reset() {
    counter.reset();
  }

  private record ToState(UpdateCounts to) implements UpdateCounter.Tally {

    @Override
    public void totals(long elements, long zero, long nonFinite) {
      to.addTotals(elements, zero, nonFinite);
    }

    @Override
    public void copies(int target, long belowHalfSpacing, long overflow) {
      to.addCopies(target == UpdateCounter.F16 ? 0 : 1, belowHalfSpacing, overflow);
    }

    @Override
    public void flags(long below24, long above2048, long above256) {
      to.addFlags(below24, above2048, above256);
    }

    @Override
    public void ratio(Integer bin, int kind, long count) {
      to.addRatio(bin, kind, count);
    }

    @Override
    public void sum(int unit, int kind, BigInteger m) {
      to.addSum(unit, kind, m);
    }
  }
}
