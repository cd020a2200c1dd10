package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.container.pickle.GlobalRef;
import io.ckptaudit.job.container.pickle.PickleCall;
import io.ckptaudit.job.container.pickle.PickleDict;
import io.ckptaudit.job.container.pickle.PickleList;
import io.ckptaudit.job.container.pickle.PickleNone;
import io.ckptaudit.job.container.pickle.PickleTuple;
import io.ckptaudit.udfs.number.DType;
import java.util.List;
import java.util.Optional;

/** Reads the arguments of what rebuilds a tensor. */
final class ViewParser {
  private static final int FEWEST_ARGUMENTS = 4;
  private static final int DTYPE = 6;

  /** Of torch. */
  private static final int MOST_DIMENSIONS = 64;

  private final String file;
  private final TorchReport report;
  private final long base;

  ViewParser(String file, TorchReport report, long base) {
    this.file = file;
    this.report = report;
    this.base = base;
  }

  /** Empty, with a problem, if the arguments make no view of a storage. */
  Optional<TensorView> view(NamedCall call) {
    String kind = TorchGlobals.OTHER_KINDS.get(call.function());
    if (kind != null) {
      unsupported(call, "it is " + kind);
      return Optional.empty();
    }
    List<Object> arguments = call.arguments().items();
    Optional<StorageRef> storage =
        arguments.size() < FEWEST_ARGUMENTS ? Optional.empty() : StorageRef.of(arguments.get(0));
    long[] size = storage.isEmpty() ? null : numbers(arguments.get(2));
    long[] stride = storage.isEmpty() ? null : numbers(arguments.get(3));
    if (size == null || stride == null || !(arguments.get(1) instanceof Long first)) {
      report.add(
          report
              .error(FormatRule.PKL_CORRUPT, "Cannot rebuild tensor")
              .tensor(call.name())
              .at(base + call.position())
              .because("its arguments are not a storage, an offset, sizes and strides")
              .reference("fails")
              .todo(TorchReport.DISTRUST));
      return Optional.empty();
    }
    return typed(call, storage.get(), first, size, stride);
  }

  private Optional<TensorView> typed(
      NamedCall call, StorageRef storage, long first, long[] size, long[] stride) {
    List<Object> arguments = call.arguments().items();
    boolean stated = call.function().equals(TorchGlobals.REBUILD_V3);
    String name = storage.type();
    if (stated) {
      name = arguments.size() > DTYPE ? dtypeName(arguments.get(DTYPE)) : "";
    }
    int flags = stated ? DTYPE + 1 : DTYPE;
    if (arguments.size() > flags && isMarked(arguments.get(flags))) {
      unsupported(call, "its values are conjugated or negated when it is loaded");
      return Optional.empty();
    }
    Optional<DType> dtype = TorchDtypes.named(name);
    if (dtype.isEmpty()) {
      unsupported(call, "its dtype " + Quoted.plain(name) + " has no table of values");
    }
    return dtype.map(
        type -> new TensorView(call.name(), storage, type, first, size, stride, call.position()));
  }

  private static String dtypeName(Object dtype) {
    return dtype instanceof GlobalRef ref && ref.module().equals("torch") ? ref.name() : "?";
  }

  /** Metadata says "conj" or "neg" of a tensor whose bytes are not its values. */
  private static boolean isMarked(Object metadata) {
    return metadata instanceof PickleDict dict
        && (Boolean.TRUE.equals(dict.get("conj")) || Boolean.TRUE.equals(dict.get("neg")));
  }

  private static long[] numbers(Object value) {
    if (value instanceof PickleCall call
        && call.function().equals(TorchGlobals.SIZE)
        && call.arguments().size() == 1) {
      return numbers(call.arguments().get(0));
    }
    List<Object> items =
        value instanceof PickleTuple tuple
            ? tuple.items()
            : value instanceof PickleList list ? list.items() : List.of(PickleNone.NONE);
    return items.size() <= MOST_DIMENSIONS && items.stream().allMatch(Long.class::isInstance)
        ? items.stream().mapToLong(Long.class::cast).toArray()
        : null;
  }

  private void unsupported(NamedCall call, String why) {
    report.add(
        Problem.info(FormatRule.PT_UNSUPPORTED, "Cannot count the values of tensor")
            .in(file)
            .tensor(call.name())
            .at(base + call.position())
            .because("%s", why)
            .reference("loads it")
            .todo("convert it to a plain tensor where it came from"));
  }
}
