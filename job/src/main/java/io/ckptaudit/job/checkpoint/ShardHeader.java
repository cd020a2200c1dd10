package io.ckptaudit.job.checkpoint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the header of one shard says, checked against its file.
 *
 * @param tensors with slices of shard 0; no name twice
 * @param skipped names of tensors it declares besides those; null if that is not known
 * @param problems of this file
 * @param stored see {@link Shard#stored}
 */
public record ShardHeader(
    ShardStatus status,
    List<TensorEntry> tensors,
    Set<String> skipped,
    List<Problem> problems,
    List<StoredRange> stored) {

  public ShardHeader(
      ShardStatus status, List<TensorEntry> tensors, Set<String> skipped, List<Problem> problems) {
    this(status, tensors, skipped, problems, List.of());
  }

  /** The same with what the file records of parts of it. */
  public ShardHeader with(List<StoredRange> parts) {
    return new ShardHeader(status, tensors, skipped, problems, parts);
  }

  /**
   * Damaged if there are errors.
   *
   * @param declared names of all tensors it declares; null if they are not known
   */
  public static ShardHeader of(List<TensorEntry> tensors, Set<String> declared, Problems problems) {
    Set<String> skipped = null;
    if (declared != null) {
      Set<String> there = new HashSet<>();
      tensors.forEach(tensor -> there.add(tensor.name()));
      skipped =
          declared.stream()
              .filter(name -> !there.contains(name))
              .collect(Collectors.toUnmodifiableSet());
    }
    ShardStatus status = problems.hasErrors() ? ShardStatus.DAMAGED : ShardStatus.OK;
    return new ShardHeader(status, tensors, skipped, problems.all());
  }

  /** The same with its tensors left out, for a reason. */
  ShardHeader withoutTensors(Problem why) {
    Set<String> left = skipped == null ? null : new HashSet<>(skipped);
    if (left != null) {
      tensors.forEach(tensor -> left.add(tensor.name()));
    }
    List<Problem> all = new ArrayList<>(problems);
    all.add(why);
    return new ShardHeader(ShardStatus.DAMAGED, List.of(), left, all, stored);
  }

  /** Of a file that declares nothing that could be read. */
  public static ShardHeader unread(ShardStatus status, List<Problem> problems) {
    return new ShardHeader(status, List.of(), null, problems);
  }

  /** The sentence of the first error; null if there is none. */
  String error() {
    return problems.stream()
        .filter(p -> p.severity() == Severity.ERROR)
        .map(Problem::message)
        .findFirst()
        .orElse(null);
  }
}
