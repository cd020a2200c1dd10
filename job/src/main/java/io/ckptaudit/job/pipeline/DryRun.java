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
 * @param seconds expected at {@link #BYTES_PER_CORE_SECOND}, reading alone
 */
public record DryRun(
    int checkpoints,
    int files,
    long tensors,
    long bytes,
    long splits,
    int tasks,
    double seconds,
    List<Finding> findings) {

  /**
   * An assumption, below what one core counts (docs/benchmarks.md); a disk or network may be
   * slower.
   */
  public static final double BYTES_PER_CORE_SECOND = 1.5e9;

  public static DryRun of(List<Checkpoint> checkpoints, PlanSettings settings, Policy policy) {
    List<ReadTask> tasks = Planner.plan(checkpoints, settings);
    long bytes = tasks.stream().mapToLong(ReadTask::bytes).sum();
    return new DryRun(
        checkpoints.size(),
        checkpoints.stream().mapToInt(checkpoint -> checkpoint.shards().size()).sum(),
        checkpoints.stream().mapToLong(checkpoint -> checkpoint.tensors().size()).sum(),
        bytes,
        tasks.stream().mapToLong(task -> task.splits().size()).sum(),
        tasks.size(),
        bytes / (BYTES_PER_CORE_SECOND * settings.cores()),
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
    line(text, "expected", "%.0f s of reading on this machine, if files are in memory", seconds);
    findings.forEach(finding -> text.append(finding.message()).append('\n'));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String format, Object value) {
    text.append(String.format(Locale.ROOT, "%-15s" + format + "%n", name, value));
  }
}
