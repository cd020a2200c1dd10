package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.TensorSubject;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.StoredChecksum;
import io.ckptaudit.job.checkpoint.UnequalCopies;
import io.ckptaudit.udfs.state.CombinableCrc;
import io.ckptaudit.udfs.state.TensorState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the bytes of a tensor are against what is said of them: the CRC-32 that a file records of
 * its slices, and that its copies are equal.
 */
final class ByteFindings {

  private ByteFindings() {}

  static List<Finding> of(TensorSubject subject, CountedSplit counted) {
    List<Finding> findings = new ArrayList<>();
    List<Slice> slices = subject.entry().allSlices();
    counted
        .checksums()
        .forEach(
            (number, contributions) -> {
              Slice slice = slices.get(number);
              int found = CombinableCrc.CRC32.finish(contributions, slice.bytes());
              if (found != slice.crc32()) {
                findings.add(mismatch(subject, slice, found));
              }
            });
    counted
        .states()
        .tailMap(1)
        .forEach((copy, state) -> addUnequal(subject, counted, copy, state, findings));
    return findings;
  }

  private static Finding mismatch(TensorSubject subject, Slice slice, int found) {
    return Finding.of(
        subject.checkpoint(),
        StoredChecksum.mismatch(file(subject, slice), subject.entry().name(), slice, found));
  }

  private static String file(TensorSubject subject, Slice slice) {
    return subject.of().shards().get(slice.shard()).name();
  }

  /** Equal states are equal counts and, where the bytes lie in one piece, an equal CRC-32C. */
  private static void addUnequal(
      TensorSubject subject,
      CountedSplit counted,
      int copy,
      TensorState state,
      List<Finding> findings) {
    if (!Arrays.equals(state.toBytes(), counted.state().toBytes())) {
      findings.add(
          Finding.of(
              subject.checkpoint(), UnequalCopies.problem(subject.of(), subject.entry(), copy)));
    }
  }
}
