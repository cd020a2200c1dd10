package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.ReadTask;
import java.util.List;
import java.util.Locale;

/**
 * What an audit would read, from headers only.
 *
 * @param seconds expected at the rate, reading alone
 * @param rate bytes a second, of all cores together
 * @param assumed whether the rate is {@link #BYTES_PER_CORE_SECOND} for each core of this machine
 */
public record DryRun(
    int checkpoints,
    int files,
    long tensors,
    long bytes,
    long splits,
    int tasks,
    double seconds,
    double rate,
    boolean assumed,
    List<Finding> findings) {

  /**
   * An assumption, below what one core counts (docs/benchmarks.md); a disk or network may be
   * slower.
   */
  public static final double BYTES_PER_CORE_SECOND = 1.5e9;

  private static final String ASSUMPTION =
      ", assumed for the cores of this machine and files in memory; --rate gives another";

  public static DryRun of(List<Checkpoint> checkpoints, PlanSettings settings, Policy policy) {
    return of(checkpoints, settings, policy, null);
  }

  /**
   * @param given bytes a second, of all cores together; null to assume a rate
   */
  public static DryRun of(
      List<Checkpoint> checkpoints, PlanSettings settings, Policy policy, Long given) {
    double rate = given == null ? BYTES_PER_CORE_SECOND * settings.cores() : given;
    List<ReadTask> tasks = Planner.plan(checkpoints, settings);
    long bytes = tasks.stream().mapToLong(ReadTask::bytes).sum();
    return new DryRun(
        checkpoints.size(),
        checkpoints.stream().mapToInt(checkpoint -> checkpoint.shards().size()).sum(),
        checkpoints.stream().mapToLong(checkpoint -> checkpoint.tensors().size()).sum(),
        bytes,
        tasks.stream().mapToLong(task -> task.splits().size()).sum(),
        tasks.size(),
        bytes / rate,
        rate,
        given == null,
        checkpoints.stream()
            .flatMap(checkpoint -> checkpoint.problems().stream())
            .flatMap(problem -> policy.judge(Finding.of(0, problem)).stream())
            .toList());
  }

  /** For a person, a line per figure; then what is wrong with the headers. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(text, "checkpoints", "%,d", checkpoints);
    line(text, "files", "%,d", files);
    line(text, "tensors", "%,d", tensors);
    line(text, "bytes to read", "%,d", bytes);
    line(text, "splits", "%,d", splits);
    line(text, "tasks", "%,d", tasks);
    String rated =
        String.format(Locale.ROOT, "%.1f s of reading at %.2f GB/s", seconds, rate / 1e9);
    line(text, "expected", "%s", rated + (assumed ? ASSUMPTION : ", as given"));
    findings.forEach(finding -> text.append(finding.message()).append('\n'));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String format, Object value) {
    text.append(String.format(Locale.ROOT, "%-15s" + format + "%n", name, value));
  }
}
