package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.compare.GivenNames;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.udfs.arrow.KernelConversions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A comparison of two stored runs, {@code DIR@RUN/NAME}, with the usual settings but for those that
 * are given.
 */
record StoredComparison(
    String left, String right, GivenNames names, ComparedValues values, long splitBytes) {

  /** Of counts and digests alone. */
  StoredComparison(String left, String right) {
    this(left, right, GivenNames.NONE, ComparedValues.NONE, PlanSettings.DEFAULT_SPLIT);
  }

  StoredComparison withNames(GivenNames given) {
    return new StoredComparison(left, right, given, values, splitBytes);
  }

  StoredComparison withValues(ComparedValues which) {
    return new StoredComparison(left, right, names, which, splitBytes);
  }

  StoredComparison withSplits(long bytes) {
    return new StoredComparison(left, right, names, values, bytes);
  }

  /**
   * @param weights of the two sides; null where no values are compared
   */
  RunVerdict run(Path report, String id, ComparedWeights weights) throws IOException {
    Storages storages = Storages.local();
    ComparisonRequest request =
        new ComparisonRequest(
            left,
            right,
            report.toString(),
            id,
            Verdict.FailOn.ERROR,
            Policy.DEFAULT,
            names,
            values,
            splitBytes,
            new KernelConversions(),
            Map.of());
    return ComparisonJob.run(
        LocalSpark.session(),
        storages,
        request,
        StoredRunName.of(left, storages).orElseThrow(),
        StoredRunName.of(right, storages).orElseThrow(),
        weights);
  }
}
