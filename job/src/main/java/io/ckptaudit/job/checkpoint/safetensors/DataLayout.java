package io.ckptaudit.job.checkpoint.safetensors;

import io.ckptaudit.job.checkpoint.FileKind;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds declared ranges against the data: no hole, no overlap, nothing missing, nothing left over.
 * Of ranges that overlap only the first is audited, so no byte is ever read twice.
 */
final class DataLayout {
  private final RangeReader file;
  private final String name;
  private final long dataStart;
  private final long dataBytes;
  private final Problems problems;

  private final List<TensorEntry> placed = new ArrayList<>();
  private long covered;
  private DeclaredTensor last;
  private long audited;

  private long overlaps;
  private DeclaredTensor firstOverlap;
  private DeclaredTensor overlapped;
  private long incomplete;
  private DeclaredTensor firstIncomplete;
  private long expected;

  DataLayout(RangeReader file, String name, long headerBytes, Problems problems) {
    this.file = file;
    this.name = name;
    this.dataStart = SafetensorsFormat.dataStart(headerBytes);
    this.dataBytes = file.length() - dataStart;
    this.problems = problems;
  }

  /** The tensors that are sound and whole, by place. */
  List<TensorEntry> place(List<DeclaredTensor> declared) throws IOException {
    declared.stream()
        .filter(DeclaredTensor::isPlaced)
        .sorted(DeclaredTensor.BY_RANGE)
        .forEachOrdered(this::place);
    reportOverlaps();
    reportEnd();
    return placed;
  }

  private void place(DeclaredTensor tensor) {
    cover(tensor);
    if (!tensor.isSound()) {
      return;
    }
    if (tensor.end() > dataBytes) {
      firstIncomplete = incomplete++ == 0 ? tensor : firstIncomplete;
      expected = Math.max(expected, tensor.end());
      return;
    }
    boolean overlaps = tensor.begin() < audited;
    if (overlaps) {
      overlap(tensor);
    }
    if (!overlaps || tensor.bytes() == 0) {
      audit(tensor);
    }
  }

  private void cover(DeclaredTensor tensor) {
    long hole = Math.min(tensor.begin(), dataBytes);
    if (hole > covered && problems.wants(FormatRule.ST_HOLE, Severity.ERROR)) {
      problems.keep(
          Problem.error(FormatRule.ST_HOLE, "Cannot account for the bytes")
              .in(name)
              .at(dataStart + covered)
              .because("no tensor covers bytes [%d, %d)", dataStart + covered, dataStart + hole)
              .reference("InvalidOffset")
              .todo("look at what is hidden there; get the file from its source"));
    }
    covered = Math.max(covered, tensor.end());
  }

  private void audit(DeclaredTensor tensor) {
    if (tensor.end() > audited) {
      audited = tensor.end();
      last = tensor;
    }
    Slice slice = new Slice(0, dataStart + tensor.begin(), tensor.bytes());
    placed.add(
        new TensorEntry(
            tensor.name(),
            tensor.dtype(),
            tensor.shape(),
            tensor.elements(),
            tensor.bytes(),
            List.of(slice)));
  }

  private void overlap(DeclaredTensor tensor) {
    if (overlaps++ == 0) {
      firstOverlap = tensor;
      overlapped = last;
    }
  }

  private void reportOverlaps() {
    if (overlaps == 0) {
      return;
    }
    problems.add(
        Problem.error(FormatRule.ST_OVERLAP, "Cannot tell whose bytes they are: tensor")
            .in(name)
            .tensor(firstOverlap.name())
            .at(dataStart + firstOverlap.begin())
            .because(
                "its range [%d, %d) overlaps [%d, %d) of %s, as do %d more; only the first of them is audited",
                firstOverlap.begin(),
                firstOverlap.end(),
                overlapped.begin(),
                overlapped.end(),
                Quoted.of(overlapped.name()),
                overlaps - 1)
            .reference("InvalidOffset")
            .todo("do not trust the file; get it from its source"));
  }

  private void reportEnd() throws IOException {
    if (incomplete > 0) {
      reportTruncated();
    } else if (covered < dataBytes) {
      reportTrailing();
    }
  }

  private void reportTruncated() {
    problems.add(
        Problem.error(
                FormatRule.ST_TRUNCATED,
                "Cannot audit " + incomplete + " incomplete tensors, first")
            .in(name)
            .tensor(firstIncomplete.name())
            .at(file.length())
            .because(
                "the file should have at least %s bytes and has %d",
                Long.toUnsignedString(dataStart + expected), file.length())
            .reference("MetadataIncompleteBuffer")
            .todo("download the file again; the other tensors are audited"));
  }

  private void reportTrailing() throws IOException {
    String kind =
        FileKind.of(FileKind.prefix(file, dataStart + covered))
            .map(k -> ", which begin like " + k.label())
            .orElse("");
    problems.add(
        Problem.error(FormatRule.ST_TRAILING, "Cannot account for the end of the file")
            .in(name)
            .at(dataStart + covered)
            .because("%d bytes follow the last tensor%s", dataBytes - covered, kind)
            .reference("MetadataIncompleteBuffer")
            .todo("look at what is hidden there; get the file from its source"));
  }
}
