package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.ReadTask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Tasks that read nothing, in the background while the driver plans: where tasks run in its own
 * process, the first of them would else load and link what takes a task there and back, for a tenth
 * of the time in which a core reads two GB.
 */
final class WarmTasks implements AutoCloseable {

  private static final int TASKS = 2;

  private final Background work;

  /**
   * @param counting what the tasks that read will be sent
   */
  WarmTasks(JavaSparkContext context, String runId, CountSplits counting) {
    work = Background.start("warm-tasks", () -> run(context, runId, counting));
  }

  private static void run(JavaSparkContext context, String runId, CountSplits counting) {
    context.setJobDescription("ckpt-audit " + runId + ": begin");
    List<ReadTask> nothing = Collections.nCopies(TASKS, new ReadTask(new ArrayList<>()));
    TaskRdd.merged(context.sc(), nothing, counting, TASKS).count();
  }

  /** Returns when they have ended, or if the caller is interrupted. */
  @Override
  public void close() {
    await();
  }

  /** Why they ended early, null if they did not. */
  Throwable await() {
    return work.await();
  }
}
