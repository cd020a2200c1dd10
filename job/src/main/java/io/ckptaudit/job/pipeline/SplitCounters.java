package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.integrity.DigestKind;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.number.DType;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** What splits are counted with, and files digested by. */
@FunctionalInterface
interface SplitCounters {

  /** A new counter of splits of a dtype, to be used for many. */
  SpanCounter counter(DType dtype);

  /** A new counter of the slices in a split, where they are asked for. */
  default Optional<SliceCounter> slices(Split split) {
    return Optional.empty();
  }

  /** What to digest a file by, of which every byte is read. */
  default FileDigests newDigests(HashedFile file) {
    return new FileDigests(EnumSet.of(DigestKind.SHA256), file.file().length(), List.of());
  }
}
