package io.ckptaudit.udfs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** The arrows of DESIGN §4 inside udfs. */
class ArchitectureTest {

  private static final String ROOT = "io.ckptaudit.udfs";
  private static final String NUMBER = ROOT + ".number..";
  private static final String KERNEL = ROOT + ".kernel..";
  private static final String STATE = ROOT + ".state..";
  private static final String ARROW = ROOT + ".arrow..";
  private static final String SPARK = ROOT + ".spark..";
  private static final String VECTOR_API = "jdk.incubator.vector..";

  private static final DescribedPredicate<JavaClass> VECTOR_CLASSES =
      resideInAPackage(KERNEL)
          .and(
              simpleName("VectorConversions")
                  .or(simpleName("VectorRunSums"))
                  .or(simpleName("VectorResiduals"))
                  .or(simpleName("VectorMagnitudes"))
                  .or(simpleName("LaneWidths"))
                  .or(simpleName("BitCounts"))
                  .or(simpleName("FloatNarrowing"))
                  .or(simpleName("FloatWidening")));

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("io.ckptaudit");

  private static void hold(ArchRule rule) {
    rule.allowEmptyShould(true).check(MAIN);
  }

  private static void onlySees(String room, String... others) {
    List<String> allowed = new ArrayList<>(List.of(others));
    allowed.add(room);
    allowed.add("java..");
    hold(
        classes()
            .that()
            .resideInAPackage(room)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(allowed.toArray(String[]::new)));
  }

  @Test
  void theRoomsAreSeen() {
    for (String room : List.of("number", "kernel", "state", "arrow")) {
      assertThat(MAIN.that(resideInAnyPackage(ROOT + "." + room))).as(room).isNotEmpty();
    }
  }

  @Test
  void numberSeesTheJdkOnly() {
    onlySees(NUMBER);
  }

  @Test
  void kernelSeesNumber() {
    onlySees(KERNEL, NUMBER, VECTOR_API, "sun.misc..");
  }

  @Test
  void stateSeesNumber() {
    onlySees(STATE, NUMBER);
  }

  @Test
  void arrowSeesKernelStateAndNumber() {
    onlySees(ARROW, KERNEL, STATE, NUMBER, "org.apache.arrow..", "sun.misc..");
  }

  @Test
  void sparkSeesArrowStateAndNumberButNotKernel() {
    onlySees(SPARK, ARROW, STATE, NUMBER, "org.apache.arrow..", "org.apache.spark..", "scala..");
  }

  @Test
  void onlyTheRoomsOfThatNameSeeArrowAndSpark() {
    hold(
        noClasses()
            .that()
            .resideOutsideOfPackages(ARROW, SPARK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.arrow.."));
    hold(
        noClasses()
            .that()
            .resideOutsideOfPackage(SPARK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala.."));
  }

  /** Without the incubator module those classes do not load: only the chooser may lead to them. */
  @Test
  void theVectorApiStaysInTheVectorClassesOfKernel() {
    hold(
        noClasses()
            .that(DescribedPredicate.not(VECTOR_CLASSES))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(VECTOR_API));
    hold(
        noClasses()
            .that(DescribedPredicate.not(VECTOR_CLASSES))
            .and()
            .haveNameNotMatching(".*\\.kernel\\.(Kernels|KernelChoice.*|ConversionKernel)")
            .should()
            .dependOnClassesThat(VECTOR_CLASSES));
  }

  /** Raw memory is for one loop, whose addresses cannot lead astray. */
  @Test
  void rawMemoryStaysInOneClassOfKernel() {
    hold(
        noClasses()
            .that()
            .resideInAPackage(KERNEL)
            .and()
            .doNotHaveSimpleName("RawCounting")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("sun.misc.."));
  }

  @Test
  void noCycles() {
    hold(slices().matching(ROOT + ".(*)..").should().beFreeOfCycles());
  }

  @Test
  void nothingIsCalledUtilOrCommon() {
    hold(
        noClasses()
            .should()
            .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..misc.."));
  }

  /** Figures follow from bytes alone, so that runs can be compared. */
  @Test
  void nothingIsRandom() {
    hold(
        noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Random.class, SplittableRandom.class, ThreadLocalRandom.class)
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(StrictMath.class, "random"));
  }

  @Test
  void udfsKnowsNothingOfJob() {
    hold(
        noClasses()
            .that()
            .resideInAPackage(ROOT + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.ckptaudit.job.."));
  }
}
