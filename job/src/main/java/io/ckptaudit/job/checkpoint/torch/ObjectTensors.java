package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tensors of an object that was unpickled.
 *
 * @param calls what rebuilds them
 * @param whole whether all of the object could be looked at
 */
record ObjectTensors(List<NamedCall> calls, boolean whole) {

  /** With a problem, if not all of the object could be looked at. */
  static ObjectTensors find(Object root, TorchReport report, long base) {
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
    return new ObjectTensors(found, walk.limit() == null);
  }

  /** Null if there may be others. */
  Set<String> names() {
    return whole ? calls.stream().map(NamedCall::name).collect(Collectors.toSet()) : null;
  }
}
