package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.TensorName;
import java.util.List;

/** A tensor with its place in the run: what findings and rows need besides its state. */
public record TensorSubject(int checkpoint, Checkpoint of, TensorEntry entry, TensorName name) {

  public static TensorSubject of(int checkpoint, Checkpoint of, int tensor) {
    TensorEntry entry = of.tensors().get(tensor);
    return new TensorSubject(checkpoint, of, entry, TensorName.of(entry.name()));
  }

  /** The files that hold it or a copy of it, relative to the checkpoint. */
  public List<String> shards() {
    return entry.allSlices().stream()
        .map(slice -> of.shards().get(slice.shard()).name())
        .distinct()
        .toList();
  }

  String firstShard() {
    return entry.slices().isEmpty() ? null : shards().get(0);
  }

  Long firstOffset() {
    return entry.slices().isEmpty() ? null : (Long) entry.slices().get(0).offset();
  }

  /** "tensor 'x' of file at byte n", safe to print. */
  String place() {
    return place(firstShard(), firstOffset());
  }

  private String place(String file, Long offset) {
    String tensor = "tensor " + Quoted.of(entry.name());
    return file == null ? tensor : tensor + " of " + Quoted.plain(file) + " at byte " + offset;
  }

  /** Where an element is, which the tensor has, and of which it is known where it lies. */
  ElementPlace at(long element) {
    long left = bytes(element);
    for (Slice slice : entry.slices()) {
      if (slice.placement() != null) {
        left = bytes(slice.placement().positionOf(element));
      }
      if (left >= 0 && left < slice.elementBytes()) {
        String file = of.shards().get(slice.shard()).name();
        return new ElementPlace(file, slice.offsetOf(left));
      }
      left -= slice.elementBytes();
    }
    throw new IllegalArgumentException("No element " + element + " in " + place());
  }

  /** Whole bytes before so many elements; −1 for −1. */
  private long bytes(long elements) {
    return elements < 0
        ? -1
        : Math.multiplyExact(elements, (long) entry.dtype().bits()) / Byte.SIZE;
  }

  /**
   * @param file relative to the checkpoint
   * @param offset of the byte in the file that holds its first bit
   */
  record ElementPlace(String file, long offset) {}

  /** As {@link #place()}, of an element. */
  String place(ElementPlace element) {
    return place(element.file(), element.offset());
  }
}
