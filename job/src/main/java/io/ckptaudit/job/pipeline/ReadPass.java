package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.TensorId;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Checkpoints, and what became of each of their tensors.
 *
 * @param outcomes by tensor key; persisted and computed
 * @param faults the outcomes of tensors that could not be read
 * @param checks what files are held against
 * @param files the outcomes of files that were read whole, by their keys
 */
record ReadPass(
    List<Checkpoint> checkpoints,
    Broadcast<AuditedModels> models,
    JavaPairRDD<Long, byte[]> outcomes,
    SortedMap<TensorId, byte[]> faults,
    FileChecks checks,
    Map<Long, byte[]> files) {

  /**
   * Computes the outcomes of all tensors of the checkpoints.
   *
   * @param read outcomes of tensors and of files; persisted
   */
  static ReadPass of(
      List<Checkpoint> checkpoints,
      FileChecks checks,
      Broadcast<AuditedModels> models,
      JavaPairRDD<Long, byte[]> read) {
    JavaPairRDD<Long, byte[]> outcomes = read.filter(outcome -> !HashedFile.isKey(outcome._1()));
    long planned = models.value().tensors();
    List<Part> parts =
        outcomes.mapPartitions(tensors -> List.of(Part.of(tensors)).iterator()).collect();
    long tensors = parts.stream().mapToLong(Part::tensors).sum();
    if (tensors != planned) {
      throw new IllegalStateException(
          "Read " + tensors + " tensors of " + planned + " planned; please report this");
    }
    SortedMap<TensorId, byte[]> faults = new TreeMap<>();
    parts.forEach(
        part -> part.faults().forEach((key, outcome) -> faults.put(TensorId.ofKey(key), outcome)));
    Map<Long, byte[]> files =
        checks.files().isEmpty()
            ? Map.of()
            : read.filter(outcome -> HashedFile.isKey(outcome._1())).collectAsMap();
    return new ReadPass(checkpoints, models, outcomes, faults, checks, files);
  }

  /** Whether another pass may know more. */
  boolean isForSecondPass() {
    return faults.values().stream().anyMatch(SplitOutcome::isForSecondPass)
        || files.values().stream().anyMatch(ReadPass::isFileForSecondPass)
        || checkpoints.stream().anyMatch(Reopening::isNeeded);
  }

  /** Tensors that are in a file that ended the process that read it, or shared a task with one. */
  Set<TensorId> poisoned() {
    Set<TensorId> tensors = new HashSet<>();
    faults.forEach(
        (tensor, outcome) -> {
          if (SplitOutcome.failure(outcome).fault() == ReadFault.POISON) {
            tensors.add(tensor);
          }
        });
    return tensors;
  }

  static boolean isFileForSecondPass(byte[] outcome) {
    ReadFault fault = FileOutcome.ofBytes(outcome).fault();
    return fault != null && fault.isForSecondPass();
  }

  /**
   * What the driver learns of a partition that was read: its tensors, and the outcomes of faults.
   */
  private record Part(long tensors, HashMap<Long, byte[]> faults) implements Serializable {

    static Part of(Iterator<Tuple2<Long, byte[]>> outcomes) {
      long tensors = 0;
      HashMap<Long, byte[]> faults = new HashMap<>();
      while (outcomes.hasNext()) {
        Tuple2<Long, byte[]> outcome = outcomes.next();
        tensors++;
        if (SplitOutcome.isFault(outcome._2())) {
          faults.put(outcome._1(), outcome._2());
        }
      }
      return new Part(tensors, faults);
    }
  }
}
