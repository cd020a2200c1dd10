package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import java.util.List;

/** The tensors of an object that was unpickled. */
final class ObjectTensors {
  private ObjectTensors() {}

  /** What rebuilds tensors in it; with a problem, if not all of it could be looked at. */
  static List<NamedCall> find(Object root, TorchReport report, long base) {
    StateDictWalk walk = new StateDictWalk();
    List<NamedCall> found = walk.tensors(root);
    if (walk.limit() != null) {
      report.add(
          report
              .error(FormatRule.PKL_LIMIT, "Cannot look at all of the object")
              .at(base)
              .because("%s", walk.limit())
              .reference("loads it")
              .todo(TorchReport.DISTRUST));
    }
    return found;
  }
}
