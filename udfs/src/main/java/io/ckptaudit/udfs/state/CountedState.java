package io.ckptaudit.udfs.state;

/**
 * A state that every figure follows from: code counts, or the wide state of 32- and 64-bit sources.
 */
public sealed interface CountedState extends TensorState permits CodeCounts, WideCounts {

  /** Index in the tensor of the first smallest finite element, or −1. */
  long minIndex();

  /** Index in the tensor of the first largest finite element, or −1. */
  long maxIndex();

  /** Index in the tensor of the first element that is NaN or infinite, or −1. */
  long nonFiniteIndex();

  @Override
  CountedState withoutPlace();
}
