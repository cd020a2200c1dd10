package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** The explanations to try, simplest first. */
final class Explanations {

  private static final String CLIPPED = "clipped_at_";

  private static final String SCALED = "scaled_by_2^";
  private static final String THROUGH = "through_";
  private static final String CLIPPED_BETWEEN = "_clipped";

  static final String NEAREST = "nearest_even";

  /** Formats that values may have passed through on the way. */
  private static final List<Target> BETWEEN =
      List.of(Target.F16, Target.BF16, Target.F8_E4M3, Target.F8_E5M2);

  private static final Explanation UNCHANGED =
      new Explanation(
          Explanation.UNCHANGED, Explanation.UNCHANGED, "none of which changed", List.of());

  private final Target target;
  private final List<Step> arrival;
  private final List<Explanation> all = new ArrayList<>();

  private Explanations(Target target) {
    this.target = target;
    boolean holdsAll = target == null || target == Target.F32;
    this.arrival = holdsAll ? List.of() : List.of(new Step.Nearest(target));
  }

  /**
   * Parameters of explanations.
   *
   * @param limits magnitudes that values may have been clipped at
   * @param scales exponents of powers of two that they may have been multiplied by
   */
  record Parameters(TreeSet<Double> limits, TreeSet<Integer> scales) {

    static Parameters none() {
      return new Parameters(new TreeSet<>(), new TreeSet<>());
    }

    /** What the values of a pair suggest. */
    static Parameters suggestedBy(Values left, Values right) {
      Parameters suggested = none();
      boolean infinitiesGone = left.hasInfinity() && !right.hasInfinity();
      boolean limited = right.largest() < left.largest() || infinitiesGone;
      if (right.largest() > 0 && limited) {
        suggested.limits.add(right.largest());
      }
      suggested.addRatio(left.largest(), right.largest());
      suggested.addRatio(left.middle(), right.middle());
      suggested.scales.remove(0);
      return suggested;
    }

    /** What the largest magnitudes suggest, infinities included; null where not known. */
    static Parameters ofExtremes(Double left, Double right) {
      Parameters suggested = none();
      if (left == null || right == null || Double.isInfinite(right)) {
        return suggested;
      }
      if (right > 0 && right < left) {
        suggested.limits.add(right);
      }
      if (!Double.isInfinite(left)) {
        suggested.addRatio(left, right);
      }
      suggested.scales.remove(0);
      return suggested;
    }

    private void addRatio(double left, double right) {
      if (left > 0 && right > 0) {
        int exponent = Binade.of(right) - Binade.of(left);
        scales.addAll(List.of(exponent - 1, exponent, exponent + 1));
      }
    }
  }

  /** Whether an id is that of a chain which clips on the way. */
  static boolean clipsBetween(String id) {
    return id.startsWith(THROUGH) && id.endsWith(CLIPPED_BETWEEN);
  }

  /** The same chain without clipping. */
  static String withoutClipping(String id) {
    return id.substring(0, id.length() - CLIPPED_BETWEEN.length());
  }

  /** The largest magnitude that a chain which clips on the way lets pass. */
  static double limitBetween(String id) {
    String between = withoutClipping(id).substring(THROUGH.length());
    return Target.named(between).format().maxFinite();
  }

  /** The limit in the id of a clipping. */
  static double limit(String id) {
    return Double.parseDouble(id.substring(CLIPPED.length()));
  }

  /** The explanation of an id, between dtypes of which it explained values. */
  static Explanation named(String id, DType left, DType right) {
    Parameters parameters = Parameters.none();
    if (id.startsWith(CLIPPED)) {
      parameters.limits.add(limit(id));
    }
    if (id.startsWith(SCALED)) {
      parameters.scales.add(Integer.parseInt(id.substring(SCALED.length())));
    }
    return of(left, right, Double.POSITIVE_INFINITY, parameters).stream()
        .filter(explanation -> explanation.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** The plain cast to a dtype; empty for those that nothing is cast to. */
  static Optional<Target> castTo(DType dtype) {
    return Arrays.stream(Target.values())
        .filter(target -> !target.isSaturating() && target.name().equals(dtype.name()))
        .findFirst();
  }

  /**
   * What could have led from a dtype to another.
   *
   * @param largest magnitude of LEFT; infinite where it is not known
   * @param right F64 is taken as F32 is: both hold whatever 16 bits held
   */
  static List<Explanation> of(DType left, DType right, double largest, Parameters parameters) {
    Explanations explanations =
        new Explanations(right == DType.F64 ? Target.F32 : castTo(right).orElse(null));
    explanations.all.add(UNCHANGED);
    if (explanations.target != null) {
      explanations.addDirect(left);
      explanations.addParameters(parameters.limits, parameters.scales);
      explanations.addChains(left, largest);
    }
    return explanations.all;
  }

  private void addDirect(DType left) {
    if (arrival.isEmpty()) {
      return;
    }
    String to = target.name();
    if (target.format() != formatOf(left)) {
      add(NEAREST, "rounded to nearest even in " + to, arrival);
      add("toward_zero", "truncated (rounded toward zero) to " + to, new Step.TowardZero(target));
    }
    if (target == Target.F8_E4M3 || target == Target.F8_E5M2) {
      Target saturating = Target.named(target + "_SAT");
      add("saturated", "rounded to " + to + ", saturating", new Step.Nearest(saturating));
    }
    String flushed = "rounded to " + to + " with subnormal results made ";
    add("flushed", flushed + "zero", arrival, new Step.Flush(true));
    add("flushed_unsigned", flushed + "+0", arrival, new Step.Flush(false));
  }

  private void addParameters(Collection<Double> limits, Collection<Integer> scales) {
    for (double limit : limits) {
      String c = new BigDecimal(limit).toPlainString();
      addOf("clipped", CLIPPED + c, "clipped at +-" + c, arrival, new Step.Clip(limit));
    }
    for (int scale : scales) {
      addOf(
          "scaled",
          SCALED + scale,
          "multiplied by 2^" + scale + " and rounded to nearest even in " + target,
          new Step.Scale(scale, target));
    }
  }

  private void addChains(DType left, double largest) {
    for (Target between : BETWEEN) {
      if (between != target && between.format() != formatOf(left)) {
        String id = THROUGH + between.name().toLowerCase(Locale.ROOT);
        String then = " and from there to " + target;
        add(id, "rounded to " + between + then, new Step.Nearest(between), arrival);
        add(
            id + "_toward_zero",
            "truncated to " + between + then,
            new Step.TowardZero(between),
            arrival);
        add(
            id + "_flushed",
            "rounded to " + between + " with subnormal results made zero" + then,
            new Step.Nearest(between),
            new Step.Flush(true),
            arrival);
        if (largest > between.format().maxFinite()) {
          add(
              id + CLIPPED_BETWEEN,
              "clipped to the range of " + between + " and rounded to it" + then,
              new Step.Nearest(between),
              new Step.Clip(between.format().maxFinite()),
              arrival);
        }
      }
    }
  }

  private static FloatFormat formatOf(DType dtype) {
    return dtype.isFloating() ? dtype.format() : null;
  }

  private void add(String id, String words, Object... steps) {
    addOf(id, id, words, steps);
  }

  /** Steps, and lists of steps. */
  private void addOf(String family, String id, String words, Object... steps) {
    List<Step> flat = new ArrayList<>();
    for (Object step : steps) {
      if (step instanceof Step one) {
        flat.add(one);
      } else {
        ((List<?>) step).forEach(one -> flat.add((Step) one));
      }
    }
    all.add(new Explanation(id, family, words, List.copyOf(flat)));
  }
}
