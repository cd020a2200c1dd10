package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.testing.BruteFigures;
import io.ckptaudit.udfs.testing.BruteStatistics;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/** Rows of a report held to a pass over the values they are of, one after the other. */
final class BruteRows {

  /** Those of {@link io.ckptaudit.job.testing.Audits}. */
  private static final List<Target> TARGETS =
      List.of(Target.F16, Target.BF16, Target.F8_E4M3, Target.F8_E5M2);

  private final BruteStatistics statistics = new BruteStatistics();
  private final List<BruteFigures> casts = TARGETS.stream().map(BruteFigures::new).toList();

  /** Adds a value of a format a number of times. */
  void add(FloatFormat own, double value, long count) {
    statistics.add(own, value, count);
    casts.forEach(cast -> cast.add(value, count));
  }

  /**
   * Of {@code tensors} or {@code layers}.
   *
   * @param distinct codes; null where they are not told apart
   */
  void assertStatistics(Row row, Long distinct) {
    String where = row.toString();
    assertThat(row.<Long>getAs("nan")).as(where).isEqualTo(statistics.nan);
    assertThat(row.<Long>getAs("pos_inf")).as(where).isEqualTo(statistics.posInf);
    assertThat(row.<Long>getAs("neg_inf")).as(where).isEqualTo(statistics.negInf);
    assertThat(row.<Long>getAs("zero")).as(where).isEqualTo(statistics.zero);
    assertThat(row.<Long>getAs("subnormal")).as(where).isEqualTo(statistics.subnormal);
    assertThat(row.<Double>getAs("min")).as(where).isEqualTo(statistics.min());
    assertThat(row.<Double>getAs("max")).as(where).isEqualTo(statistics.max());
    assertThat(row.<Double>getAs("abs_max")).as(where).isEqualTo(statistics.absMax());
    assertThat(row.<Double>getAs("abs_min_nonzero"))
        .as(where)
        .isEqualTo(statistics.absMinNonzero());
    assertThat(statistics.isMean(row.getAs("mean"))).as(where).isTrue();
    assertThat(statistics.isStddev(row.getAs("stddev"))).as(where).isTrue();
    assertThat(statistics.isSum(row.getAs("sum"))).as(where).isTrue();
    assertThat(statistics.isSumSq(row.getAs("sum_sq"))).as(where).isTrue();
    assertThat(row.<Long>getAs("distinct_codes")).as(where).isEqualTo(distinct);
    assertThat(row.<String>getAs("narrowest_exact_dtype"))
        .as(where)
        .isEqualTo(statistics.narrowestExactDtype().name());
    assertThat(row.<Boolean>getAs("on_f16_lattice")).as(where).isEqualTo(statistics.onF16Lattice);
    assertThat(row.<Boolean>getAs("on_bf16_lattice")).as(where).isEqualTo(statistics.onBf16Lattice);
  }

  /** Of {@code conversions} or {@code layer_conversions}: one for each target. */
  void assertCasts(List<Row> rows) {
    assertThat(rows)
        .extracting(row -> row.<String>getAs("target"))
        .containsExactlyInAnyOrderElementsOf(TARGETS.stream().map(Target::name).toList());
    for (BruteFigures cast : casts) {
      rows.stream()
          .filter(row -> row.getAs("target").equals(cast.target.name()))
          .forEach(row -> assertCast(row, cast));
    }
  }

  private static void assertCast(Row row, BruteFigures cast) {
    String where = row.toString();
    assertThat(row.<Long>getAs("overflow")).as(where).isEqualTo(cast.overflow);
    assertThat(row.<Long>getAs("underflow")).as(where).isEqualTo(cast.underflow);
    assertThat(row.<Long>getAs("subnormal")).as(where).isEqualTo(cast.subnormal);
    assertThat(row.<Long>getAs("inexact")).as(where).isEqualTo(cast.inexact);
    assertThat(row.<Long>getAs("exact")).as(where).isEqualTo(cast.finite - cast.inexact);
    assertThat(cast.maxAbs.isNearest(row.getAs("max_abs_error"))).as(where).isTrue();
    assertThat(cast.maxRel.isNearest(row.getAs("max_rel_error"))).as(where).isTrue();
    assertThat(cast.maxUlp.isNearest(row.getAs("max_ulp_error"))).as(where).isTrue();
    assertThat(cast.isMeanAbs(row.getAs("mean_abs_error"))).as(where).isTrue();
    assertThat(cast.isSumAbs(row.getAs("sum_abs_error"))).as(where).isTrue();
    assertThat(cast.isSumSq(row.getAs("sum_sq_error"))).as(where).isTrue();
    assertThat(cast.isRmse(row.getAs("rmse"))).as(where).isTrue();
    assertThat(row.<Double>getAs("sqnr_db")).as(where).isEqualTo(cast.sqnr());
  }

  /** Every bin of every measure, and none besides. */
  void assertHistograms(List<Row> rows) {
    TreeMap<String, TreeMap<Integer, Long>> expected = new TreeMap<>();
    expected.put("null magnitude", statistics.magnitudes);
    for (BruteFigures cast : casts) {
      expected.put(cast.target + " absolute", cast.absolute);
      expected.put(cast.target + " relative", cast.relative);
      expected.put(cast.target + " ulp", cast.ulp);
    }
    TreeMap<String, TreeMap<Integer, Long>> found = new TreeMap<>();
    for (Row row : rows) {
      TreeMap<Integer, Long> bins =
          found.computeIfAbsent(
              row.getAs("target") + " " + row.getAs("measure"), none -> new TreeMap<>());
      Integer bin = row.getAs("bin");
      if (bin != null) {
        bins.put(bin, row.getAs("count"));
      } else if (row.<Long>getAs("count") > 0) {
        bins.put(Integer.MIN_VALUE, row.getAs("count"));
      }
    }
    assertThat(found).isEqualTo(expected);
  }
}
