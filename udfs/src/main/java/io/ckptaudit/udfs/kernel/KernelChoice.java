package io.ckptaudit.udfs.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Which twins are used, and why. Counters and conversions are chosen apart: a JVM without the
 * vector module still counts fast.
 *
 * @param fastCounters whether counters are the fast twin
 * @param conversions the conversions to use
 * @param faults why a fast twin is not used, or is slower than it could be, although nobody asked
 *     for that; empty if all are well
 */
record KernelChoice(boolean fastCounters, ConversionKernel conversions, List<String> faults) {

  static final String TWIN_PROPERTY = "ckptaudit.kernels";
  static final String REQUIRE_PROPERTY = "ckptaudit.kernels.require";

  private static final String SCALAR = "scalar";
  private static final String FAST = "fast";

  /** How the fast twins are made and tried; tests put failing ones in. */
  record Candidates(
      Supplier<ConversionKernel> conversions,
      Function<ConversionKernel, Optional<String>> conversionTest,
      Supplier<Optional<String>> counterTest,
      Supplier<Optional<String>> rawMemoryTest) {

    static Candidates real() {
      return new Candidates(
          VectorConversions::new,
          fast ->
              KernelSelfTest.conversionFault(fast, KernelSelfTest.START_STRIDE)
                  .or(() -> WideSelfTest.fault(new VectorRunSums(), KernelSelfTest.ONCE))
                  .or(() -> KernelSelfTest.magnitudeFault(KernelSelfTest.ONCE)),
          () -> KernelSelfTest.counterFault(KernelSelfTest.ONCE, new RunSums()),
          CounterMemory::fault);
    }
  }

  /**
   * @param twin value of {@link #TWIN_PROPERTY}; null means fast where that works
   * @param required value of {@link #REQUIRE_PROPERTY}; null means nothing is
   * @throws IllegalArgumentException for a value that is neither known nor null
   * @throws IllegalStateException if fast twins are required and not both can be had
   */
  static KernelChoice of(String twin, String required, Candidates candidates) {
    requireKnown(TWIN_PROPERTY, twin, List.of(SCALAR, FAST));
    requireKnown(REQUIRE_PROPERTY, required, List.of(FAST));
    KernelChoice choice =
        SCALAR.equals(twin)
            ? new KernelChoice(false, new ScalarConversions(), List.of())
            : fastWherePossible(candidates);
    if (FAST.equals(required) && !choice.isFast()) {
      throw new IllegalStateException(
          "Cannot use the fast kernels that -D"
              + REQUIRE_PROPERTY
              + "=fast asks for: "
              + choice.describe());
    }
    return choice;
  }

  private static void requireKnown(String property, String value, List<String> known) {
    if (value != null && !known.contains(value)) {
      throw new IllegalArgumentException(
          "Invalid -D" + property + "=" + value + ": use one of " + String.join(", ", known));
    }
  }

  private static KernelChoice fastWherePossible(Candidates candidates) {
    List<String> faults = new ArrayList<>();
    Optional<String> counterFault = candidates.counterTest().get();
    counterFault.or(candidates.rawMemoryTest()).ifPresent(faults::add);
    ConversionKernel conversions = conversions(candidates, faults);
    return new KernelChoice(counterFault.isEmpty(), conversions, List.copyOf(faults));
  }

  private static ConversionKernel conversions(Candidates candidates, List<String> faults) {
    try {
      ConversionKernel fast = candidates.conversions().get();
      Optional<String> fault = candidates.conversionTest().apply(fast);
      if (fault.isEmpty()) {
        return fast;
      }
      faults.add(fault.get());
    } catch (LinkageError e) {
      faults.add(
          "the Vector API is missing ("
              + e
              + "); start Java with --add-modules=jdk.incubator.vector");
    }
    return new ScalarConversions();
  }

  /** Whether the Vector API is there and computes what it should. */
  boolean vectors() {
    return !(conversions instanceof ScalarConversions);
  }

  /** Whether both kernels are the fast twin, as fast as it can be. */
  boolean isFast() {
    return faults.isEmpty() && fastCounters && vectors();
  }

  /** One sentence: what is used, why, and which flag would change it. */
  String describe() {
    String used =
        "counters "
            + (fastCounters ? FAST : SCALAR)
            + ", conversions "
            + (vectors() ? FAST : SCALAR);
    String why = faults.isEmpty() ? "" : "; " + String.join("; ", faults);
    return "Kernels: " + used + why + " (-D" + TWIN_PROPERTY + "=scalar|fast forces a twin)";
  }
}
