package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;

/**
 * The one chooser of kernels: the fast twins, or the references where a fast twin cannot be loaded
 * or fails its self-test. The choice is made once per JVM, at first use, and logged: at DEBUG level
 * if all is well, else at ERROR.
 *
 * <p>System properties: {@code ckptaudit.kernels=scalar|fast} forces a twin; {@code
 * ckptaudit.kernels.require=fast} makes it an error to end up with a reference, whatever the
 * reason.
 */
public final class Kernels {

  private Kernels() {}

  /** The choice; made when this class is first touched. */
  private static final class Chosen {
    static final KernelChoice CHOICE =
        KernelChoice.of(
            System.getProperty(KernelChoice.TWIN_PROPERTY),
            System.getProperty(KernelChoice.REQUIRE_PROPERTY),
            KernelChoice.Candidates.real());

    static {
      System.getLogger(Kernels.class.getName())
          .log(CHOICE.faults().isEmpty() ? Level.DEBUG : Level.ERROR, CHOICE.describe());
    }
  }

  /**
   * A new counter of the chosen twin.
   *
   * @throws IllegalArgumentException if the elements of the format are more than 16 bits wide
   */
  public static CodeCounter codeCounter(FloatFormat format) {
    return codeCounter(format, Chosen.CHOICE.fastCounters());
  }

  /**
   * A new counter of wide sources, of the chosen twin; F64 has the reference only.
   *
   * @throws IllegalArgumentException for formats other than F32 and F64
   */
  public static WideCounter wideCounter(FloatFormat format) {
    return wideCounter(format, Chosen.CHOICE.fastCounters());
  }

  /** The search for magnitudes of the chosen twin; the reference where a format has no other. */
  public static MagnitudeSearch magnitudes(FloatFormat format) {
    return magnitudes(format, Chosen.CHOICE.fastCounters(), Chosen.CHOICE.vectors());
  }

  /** The conversions of the chosen twin, shared by all threads. */
  public static ConversionKernel conversions() {
    return Chosen.CHOICE.conversions();
  }

  /** What the chosen kernels get wrong at full length; found out when this class is touched. */
  private static final class Verified {
    static final Optional<String> FAULT =
        KernelSelfTest.conversionFault(conversions(), KernelSelfTest.EXHAUSTIVE)
            .or(() -> Chosen.CHOICE.fastCounters() ? counterFault() : Optional.empty());

    /** Done when the class is. */
    static void begin() {}

    private static Optional<String> counterFault() {
      return KernelSelfTest.counterFault(KernelSelfTest.AT_LENGTH, runSums())
          .or(
              () ->
                  Chosen.CHOICE.vectors()
                      ? KernelSelfTest.magnitudeFault(KernelSelfTest.AT_LENGTH)
                      : Optional.empty());
    }
  }

  /**
   * Holds the chosen conversions to the reference over all 16-bit codes, and the counters over
   * spans of 8 KiB; once per JVM. The test at the start of a JVM is shorter and meets code not
   * compiled yet; a miscompiled loop shows only later, so a program that has done its work should
   * call this before it publishes. Takes about half a second of processor time.
   *
   * @throws IllegalStateException naming what is wrong first
   */
  public static void verify() {
    verify(Verified.FAULT);
  }

  /**
   * Begins in the background what {@link #verify()} does, which then waits for it, as the JVM
   * initializes a class once, and says what is wrong.
   */
  public static void beginToVerify() {
    ForkJoinPool.commonPool().execute(Verified::begin);
  }

  static void verify(Optional<String> fault) {
    if (fault.isPresent()) {
      throw new IllegalStateException(
          "Cannot trust the results of this JVM: "
              + fault.get()
              + "; run again with -D"
              + KernelChoice.TWIN_PROPERTY
              + "=scalar or another JDK");
    }
  }

  /** Which twins are used and why, in one sentence; for logs and reports. */
  public static String describe() {
    return Chosen.CHOICE.describe();
  }

  /** A counter of either twin, whatever was chosen; for comparing them. */
  public static CodeCounter codeCounter(FloatFormat format, boolean fast) {
    return fast ? new UnrolledCodeCounter(format) : new ScalarCodeCounter(format);
  }

  /** As {@link #wideCounter(FloatFormat)}, of either twin. */
  public static WideCounter wideCounter(FloatFormat format, boolean fast) {
    return fast && format == FloatFormat.F32
        ? new SortingWideCounter(runSums())
        : new ScalarWideCounter(format);
  }

  /** As {@link #magnitudes(FloatFormat)}, of either twin. */
  public static MagnitudeSearch magnitudes(FloatFormat format, boolean fast) {
    return magnitudes(format, fast, fast);
  }

  static MagnitudeSearch magnitudes(FloatFormat format, boolean fast, boolean vectors) {
    if (fast && vectors && VectorMagnitudes.isFor(format)) {
      return new VectorMagnitudes(format);
    }
    return fast && WordMagnitudes.isFor(format)
        ? new WordMagnitudes(format)
        : new ScalarMagnitudes(format);
  }

  private static RunSums runSums() {
    return Chosen.CHOICE.vectors() ? new VectorRunSums() : new RunSums();
  }

  /** Conversions of either twin, whatever was chosen; for comparing them. */
  public static ConversionKernel conversions(boolean fast) {
    return fast ? new VectorConversions() : new ScalarConversions();
  }
}
