package io.ckptaudit.job.compare;

import java.io.Serializable;

/**
 * What an explanation makes of the values of a tensor: numbers of elements, each in at most one
 * place. Scaled values are held against the exact product. Exact; NaN and infinities that stay what
 * they are, and zeros that change their sign, are no changes.
 *
 * @param rounded to another finite value, not zero
 * @param flushed non-zero and now zero
 * @param overflowed finite and now infinite or NaN
 * @param clipped limited to a largest magnitude
 */
public record Changes(long rounded, long flushed, long overflowed, long clipped)
    implements Serializable {

  static final Changes NONE = new Changes(0, 0, 0, 0);

  Changes with(double wanted, double image, Explanation.Limit limit, long count) {
    if (wanted == image || Double.isNaN(wanted)) {
      return this;
    }
    if (!Double.isFinite(image)) {
      return plus(new Changes(0, 0, count, 0));
    }
    if (image == 0) {
      return plus(new Changes(0, count, 0, 0));
    }
    return plus(
        limit.caught(wanted, image) ? new Changes(0, 0, 0, count) : new Changes(count, 0, 0, 0));
  }

  Changes plus(Changes more) {
    return new Changes(
        Math.addExact(rounded, more.rounded),
        Math.addExact(flushed, more.flushed),
        Math.addExact(overflowed, more.overflowed),
        Math.addExact(clipped, more.clipped));
  }

  public long changed() {
    return Math.addExact(Math.addExact(rounded, flushed), Math.addExact(overflowed, clipped));
  }
}
