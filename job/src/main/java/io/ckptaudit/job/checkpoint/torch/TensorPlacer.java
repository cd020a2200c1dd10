package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns views into entries, each held against its storage first. */
final class TensorPlacer {
  /** Of all tensors of a file, besides one for each. */
  private static final int MOST_SLICES = 1 << 18;

  /** Of all tensors of a file, repeats counted; sums over thousands of files still fit. */
  private static final long MOST_BYTES = 1L << 50;

  /** How often a file may be read for its tensors, in the end. */
  private static final int MOST_TIMES = 4;

  /** Of a small file more may be read than that. */
  private static final long LEAST_READ = 256L << 20;

  private final String file;
  private final TorchReport report;
  private final long base;
  private final StorageTable storages;
  private final boolean bigEndian;
  private final long mostRead;
  private final Map<String, TensorEntry> placed = new LinkedHashMap<>();
  private final Set<Contents> read = new HashSet<>();
  private long toRead;

  /** Bytes of the elements of what is read. */
  private long held;

  private long bytes;
  private int slices;

  /** What is read once, by however many names. */
  private record Contents(DType dtype, List<Slice> slices) {}

  TensorPlacer(TorchFile file, long base, StorageTable storages, boolean bigEndian) {
    this.file = file.name();
    this.report = file.report();
    this.mostRead = Math.max(LEAST_READ, MOST_TIMES * file.bytes().length());
    this.base = base;
    this.storages = storages;
    this.bigEndian = bigEndian;
  }

  List<TensorEntry> tensors() {
    return new ArrayList<>(placed.values());
  }

  void place(TensorView view) {
    Optional<Region> region = storages.find(view.storage(), view.name());
    if (region.isEmpty()) {
      return;
    }
    long elements = view.elements();
    long available = available(view, region.get());
    if (view.size().length != view.stride().length || elements < 0) {
      outOfBounds(view, "its sizes and strides do not belong together");
    } else if (elements == 0) {
      add(view, 0, List.of(new Slice(0, region.get().offset(), 0)));
    } else if (view.needed() < 0 || view.needed() > available) {
      String needs = view.needed() < 0 ? "more than 2^63-1" : "" + view.needed();
      outOfBounds(view, "it needs " + needs + " elements and its storage has " + available);
    } else if (elements > (MOST_BYTES - bytes) / view.elementBytes()) {
      outOfBounds(view, "with its " + elements + " elements the file has more than 2^50 bytes");
    } else {
      slice(view, elements, region.get());
    }
  }

  /** Elements of the tensor's dtype in the storage, or in the range of it that is meant. */
  private static long available(TensorView view, Region region) {
    StorageRef ref = view.storage();
    long bytes = Math.min(region.bytes(), ref.count() * TorchDtypes.bytes(ref.type()));
    return bytes / view.elementBytes();
  }

  private void slice(TensorView view, long elements, Region region) {
    long start =
        region.offset() + view.storage().first() * TorchDtypes.bytes(view.storage().type());
    Optional<List<Slice>> cut =
        ViewSlices.of(view, start, bigEndian)
            .filter(some -> slices + some.size() - 1 <= MOST_SLICES);
    if (cut.isPresent() && !isToBeRead(view, cut.get())) {
      boolean apart = elements * view.elementBytes() <= mostRead - held;
      report.add(apart ? tooFarApart(view) : readTooOften(view));
      return;
    }
    if (cut.isEmpty() || ViewSlices.repeats(view)) {
      report.add(overlap(view, elements, cut.isPresent()));
    }
    if (cut.isPresent()) {
      List<Slice> found = cut.get();
      slices += found.size() - 1;
      found.forEach(slice -> storages.use(view.storage(), slice.offset(), slice.bytes()));
      add(view, elements, found.size() == 1 ? List.of(checked(found.get(0), region)) : found);
    }
  }

  /** Whether a tensor fits into what may be read of the file; it is then a part of that. */
  private boolean isToBeRead(TensorView view, List<Slice> cut) {
    Contents contents = new Contents(view.dtype(), cut);
    if (read.contains(contents)) {
      return true;
    }
    long extent = cut.stream().mapToLong(Slice::bytes).sum();
    if (extent > mostRead - toRead) {
      return false;
    }
    toRead += extent;
    held += view.elements() * view.elementBytes();
    return read.add(contents);
  }

  private Problem overlap(TensorView view, long elements, boolean audited) {
    return Problem.info(
            audited ? FormatRule.PT_VIEW : FormatRule.PT_UNSUPPORTED,
            "Cannot count each byte once in tensor")
        .in(file)
        .tensor(view.name())
        .at(base + view.position())
        .because(
            "its %d elements share %d in the storage%s",
            elements, view.needed() - view.first(), audited ? "" : ", in too many ways")
        .reference("loads it")
        .todo("clone the tensor before saving, if that was not meant");
  }

  /** With the CRC of the storage, if it is all of it. */
  private static Slice checked(Slice slice, Region region) {
    boolean whole =
        slice.offset() == region.offset()
            && slice.bytes() == region.bytes()
            && (slice.arrangement() == null || slice.arrangement().isOneRun());
    return whole
        ? new Slice(0, slice.offset(), slice.bytes(), slice.arrangement(), region.crc32())
        : slice;
  }

  private Problem readTooOften(TensorView view) {
    return report
        .error(FormatRule.PT_VIEW_BOUNDS, "Cannot audit tensor")
        .tensor(view.name())
        .at(base + view.position())
        .because(
            "with it more than %d bytes are to be read, since tensors overlap so often that it is"
                + " no longer followed",
            mostRead)
        .reference("loads it")
        .todo(TorchReport.DISTRUST);
  }

  /** What lies between the rows of a tensor is read with it, and is no fault. */
  private Problem tooFarApart(TensorView view) {
    return report
        .error(FormatRule.UNSUPPORTED_FORMAT, "Cannot audit tensor")
        .tensor(view.name())
        .at(base + view.position())
        .because(
            "its rows lie so far apart among others that with it more than %d bytes are to be"
                + " read",
            mostRead)
        .reference("loads it")
        .todo("clone the tensors of the storage before saving, and audit that");
  }

  private void outOfBounds(TensorView view, String why) {
    report.add(
        report
            .error(FormatRule.PT_VIEW_BOUNDS, "Cannot audit tensor")
            .tensor(view.name())
            .at(base + view.position())
            .because("%s", why)
            .reference("fails")
            .todo(TorchReport.DISTRUST));
  }

  private void add(TensorView view, long elements, List<Slice> slices) {
    TensorEntry entry =
        new TensorEntry(
            view.name(),
            view.dtype(),
            Arrays.stream(view.size()).boxed().toList(),
            elements,
            elements * view.elementBytes(),
            slices);
    bytes += entry.bytes();
    if (placed.put(view.name(), entry) != null) {
      report.add(
          report
              .error(FormatRule.PT_DUPLICATE_KEY, "Cannot tell which is the tensor")
              .tensor(view.name())
              .at(base + view.position())
              .because("two have this name; the last is audited")
              .reference("has them in different dictionaries")
              .todo(TorchReport.RESAVE));
    }
  }
}
