package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.kernel.KernelChoice.Candidates;
import io.ckptaudit.udfs.number.FloatFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelsTest {

  private static final Candidates SOUND =
      new Candidates(
          VectorConversions::new, fast -> Optional.empty(), Optional::empty, Optional::empty);

  private static final Candidates WITHOUT_RAW_MEMORY =
      new Candidates(
          VectorConversions::new,
          fast -> Optional.empty(),
          Optional::empty,
          () -> Optional.of("counting cannot use raw memory"));

  private static final Candidates WITHOUT_VECTOR_MODULE =
      new Candidates(
          () -> {
            throw new NoClassDefFoundError("jdk/incubator/vector/Vector");
          },
          fast -> Optional.empty(),
          Optional::empty,
          Optional::empty);

  private static final Candidates MISCOMPILED =
      new Candidates(
          VectorConversions::new,
          fast -> Optional.of("F16 code 0x1 is wrong"),
          () -> Optional.of("counting is wrong"),
          Optional::empty);

  @Test
  void choosesTheFastTwinsHere() {
    assertThat(System.getProperty(KernelChoice.REQUIRE_PROPERTY)).isEqualTo("fast");
    assertThat(Kernels.codeCounter(FloatFormat.BF16)).isInstanceOf(UnrolledCodeCounter.class);
    assertThat(Kernels.conversions()).isInstanceOf(VectorConversions.class);
    assertThat(Kernels.describe()).contains("counters fast, conversions fast");
  }

  @Test
  void comparesDifferentTwins() {
    assertThat(Kernels.codeCounter(FloatFormat.F16, true).getClass())
        .isNotEqualTo(Kernels.codeCounter(FloatFormat.F16, false).getClass());
    assertThat(Kernels.conversions(true).getClass())
        .isNotEqualTo(Kernels.conversions(false).getClass());
  }

  @Test
  void passesItsOwnTest() {
    for (RunSums sums : new RunSums[] {new RunSums(), new VectorRunSums()}) {
      assertThat(KernelSelfTest.counterFault(KernelSelfTest.ONCE, sums)).isEmpty();
      assertThat(KernelSelfTest.counterFault(KernelSelfTest.AT_LENGTH, sums)).isEmpty();
    }
    assertThat(KernelSelfTest.magnitudeFault(KernelSelfTest.ONCE)).isEmpty();
    assertThat(KernelSelfTest.magnitudeFault(KernelSelfTest.AT_LENGTH)).isEmpty();
    assertThat(KernelSelfTest.conversionFault(new VectorConversions(), 1)).isEmpty();
    assertThat(KernelSelfTest.conversionFault(new ScalarConversions(), 1)).isEmpty();
    Kernels.verify();
  }

  /** Long runs are where a miscompiled sum shows. */
  @Test
  void aCounterThatIsWrongInLongRunsAloneIsFoundOut() {
    RunSums wrong =
        new RunSums() {
          @Override
          boolean addValues(int[] words, int start, int middle, int end, ResidualSums nearest) {
            boolean summed = super.addValues(words, start, middle, end, nearest);
            sum[0] += end - start > 300 ? 1 : 0;
            return summed;
          }
        };
    assertThat(KernelSelfTest.counterFault(KernelSelfTest.ONCE, wrong)).isEmpty();
    assertThat(KernelSelfTest.counterFault(KernelSelfTest.AT_LENGTH, wrong))
        .contains("counting of F32 differs from the reference");
  }

  @Test
  void aFaultIsSaidEachTimeItIsAskedFor() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> Kernels.verify(Optional.of("counting of F32 differs")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Cannot trust the results of this JVM: counting of F32 differs; run again with"
                  + " -Dckptaudit.kernels=scalar or another JDK");
    }
    Kernels.verify(Optional.empty());
  }

  @Test
  void obeysAForcedTwin() {
    KernelChoice scalar = KernelChoice.of("scalar", null, SOUND);
    assertThat(scalar.isFast()).isFalse();
    assertThat(scalar.fastCounters()).isFalse();
    assertThat(scalar.faults()).isEmpty();
    assertThat(KernelChoice.of("fast", null, SOUND).isFast()).isTrue();
  }

  @Test
  void countsFastWithoutTheVectorModule() {
    KernelChoice choice = KernelChoice.of(null, null, WITHOUT_VECTOR_MODULE);
    assertThat(choice.fastCounters()).isTrue();
    assertThat(choice.conversions()).isInstanceOf(ScalarConversions.class);
    assertThat(choice.describe()).contains("--add-modules=jdk.incubator.vector");
  }

  @Test
  void countsWithoutRawMemoryAndSaysSo() {
    KernelChoice choice = KernelChoice.of(null, null, WITHOUT_RAW_MEMORY);
    assertThat(choice.fastCounters()).isTrue();
    assertThat(choice.isFast()).isFalse();
    assertThat(choice.describe()).contains("counters fast", "counting cannot use raw memory");
    assertThat(CounterMemory.fault()).isEmpty();
  }

  @Test
  void fallsBackToTheReferencesWhereASelfTestFails() {
    KernelChoice choice = KernelChoice.of("fast", null, MISCOMPILED);
    assertThat(choice.fastCounters()).isFalse();
    assertThat(choice.conversions()).isInstanceOf(ScalarConversions.class);
    assertThat(choice.describe())
        .contains("F16 code 0x1 is wrong", "counting is wrong", "-Dckptaudit.kernels=");
  }

  @Test
  void failsWhereFastTwinsAreRequiredAndCannotBeHad() {
    for (Candidates candidates :
        new Candidates[] {WITHOUT_VECTOR_MODULE, WITHOUT_RAW_MEMORY, MISCOMPILED}) {
      assertThatThrownBy(() -> KernelChoice.of(null, "fast", candidates))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("-Dckptaudit.kernels.require=fast");
    }
    assertThatThrownBy(() -> KernelChoice.of("scalar", "fast", SOUND))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesUnknownValues() {
    assertThatThrownBy(() -> KernelChoice.of("vector", null, SOUND))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid -Dckptaudit.kernels=vector: use one of scalar, fast");
  }
}
