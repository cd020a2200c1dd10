package io.ckptaudit.job;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ObjectInputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rooms of the job and what each may import. */
class ArchitectureTest {

  private static final String JOB = "io.ckptaudit.job.";
  private static final String NUMBER = "io.ckptaudit.udfs.number..";
  private static final String STATE = "io.ckptaudit.udfs.state..";
  private static final String ARROW = "io.ckptaudit.udfs.arrow..";
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String SPARK = "org.apache.spark..";
  private static final String SCALA = "scala..";
  private static final String HADOOP = "org.apache.hadoop..";
  private static final String S3 = "software.amazon.awssdk.services.s3.model..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.ckptaudit");

  /** A room, and all it may import besides the JDK and itself. */
  record Room(String name, String... mayImport) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Room> rooms() {
    return Stream.of(
        new Room("io", HADOOP, "com.sun.nio.file..", "org.slf4j..", S3),
        new Room("container", room("io")),
        new Room("checkpoint", room("io"), room("container"), NUMBER, JACKSON),
        new Room("integrity", room("io"), room("checkpoint"), JACKSON),
        new Room("plan", room("checkpoint"), room("io"), NUMBER),
        new Room("audit", room("checkpoint"), NUMBER, STATE),
        new Room("compare", room("audit"), room("checkpoint"), NUMBER, STATE),
        new Room("training", room("audit"), room("checkpoint"), NUMBER, STATE),
        new Room(
            "policy",
            room("compare"),
            room("audit"),
            room("checkpoint"),
            NUMBER,
            "org.yaml.snakeyaml.."),
        new Room(
            "report",
            room("compare"),
            room("training"),
            room("audit"),
            room("checkpoint"),
            NUMBER,
            STATE,
            JACKSON,
            SPARK,
            SCALA),
        new Room(
            "pipeline",
            room("report"),
            room("compare"),
            room("training"),
            room("audit"),
            room("plan"),
            room("integrity"),
            room("checkpoint"),
            room("io"),
            NUMBER,
            STATE,
            ARROW,
            SPARK,
            SCALA,
            "com.codahale.metrics..",
            "org.slf4j.."),
        new Room(
            "cli",
            room("pipeline"),
            room("report"),
            room("audit"),
            room("plan"),
            room("policy"),
            room("compare"),
            room("checkpoint"),
            room("io"),
            NUMBER,
            ARROW,
            SPARK,
            JACKSON,
            "picocli..",
            "me.tongfei.progressbar.."));
  }

  private static String room(String name) {
    return JOB + name + "..";
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void aRoomImportsOnlyWhatItMay(Room room) {
    String[] allowed =
        Stream.concat(Stream.of("java..", room(room.name())), Stream.of(room.mayImport()))
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(room(room.name()))
        .should()
        .dependOnClassesThat(not(resideInAnyPackage(allowed)).and(not(resideInAPackage(""))))
        .check(CLASSES);
  }

  @Test
  void everyClassIsInARoom() {
    String[] names = rooms().map(room -> room(room.name())).toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage("io.ckptaudit.job..")
        .should()
        .resideInAnyPackage(names)
        .check(CLASSES);
  }

  /** But for the files of Meta's ranks, which are PyTorch's, and those of DCP, safetensors. */
  @Test
  void formatsDoNotImportEachOther() {
    slices()
        .matching("io.ckptaudit.job.checkpoint.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            resideInAPackage(room("checkpoint.meta")), resideInAPackage(room("checkpoint.torch")))
        .ignoreDependency(
            resideInAPackage(room("checkpoint.dcp")),
            resideInAPackage(room("checkpoint.safetensors")))
        .check(CLASSES);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("io.ckptaudit.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyIoSeesTheFileSystemOfHadoop() {
    noClasses()
        .that()
        .resideOutsideOfPackage(room("io"))
        .should()
        .dependOnClassesThat(resideInAPackage("org.apache.hadoop.fs.."))
        .check(CLASSES);
  }

  /** Who uses no S3 need not have these classes, so nothing else may load them. */
  @Test
  void onlyUploadsSeeS3() {
    noClasses()
        .that()
        .doNotHaveSimpleName("S3Uploads")
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.apache.hadoop.fs.s3a..", S3))
        .check(CLASSES);
  }

  @Test
  void onlyUdfsSeesArrow() {
    noClasses()
        .that()
        .resideInAPackage("io.ckptaudit.job..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.apache.arrow.."))
        .check(CLASSES);
  }

  @Test
  void udfsKnowsNothingOfTheJob() {
    noClasses()
        .that()
        .resideInAPackage("io.ckptaudit.udfs..")
        .should()
        .dependOnClassesThat(resideInAPackage("io.ckptaudit.job.."))
        .check(CLASSES);
  }

  @Test
  void thereIsNoRoomForEverything() {
    noClasses()
        .should()
        .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..misc..")
        .check(CLASSES);
  }

  /** No bytes of a checkpoint ever name a class or run one. */
  @Test
  void parsersExecuteNothing() {
    noClasses()
        .that()
        .resideInAnyPackage(room("checkpoint"), room("container"))
        .should()
        .callMethod(Class.class, "forName", String.class)
        .orShould()
        .dependOnClassesThat(
            resideInAnyPackage("java.lang.reflect..", "javax.script..")
                .or(assignableTo(ObjectInputStream.class)))
        .check(CLASSES);
  }
}
