package io.ckptaudit.job;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.TryCatchBlock;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What parsers check is no surprise to them, so they catch nothing that a mistake of theirs throws:
 * it would pass for a fault of the file.
 */
class CaughtThrowablesTest {

  private static final ArchCondition<JavaCodeUnit> CATCH_ONLY_WHAT_IS_DECLARED =
      new ArchCondition<>("catch no RuntimeException, Error, Exception or Throwable") {
        @Override
        public void check(JavaCodeUnit unit, ConditionEvents events) {
          caught(unit)
              .forEach(
                  type ->
                      events.add(
                          SimpleConditionEvent.violated(
                              unit, unit.getFullName() + " catches " + type.getSimpleName())));
        }
      };

  private static Stream<JavaClass> caught(JavaCodeUnit unit) {
    List<JavaClass> throwables =
        unit.getTryCatchBlocks().stream().flatMap(CaughtThrowablesTest::tooMuch).toList();
    return throwables.stream().skip(isResourcesAlone(unit, throwables) ? throwables.size() : 0);
  }

  /** By reflection: ArchUnit does not look up what a class is that is only caught. */
  private static Stream<JavaClass> tooMuch(TryCatchBlock block) {
    return block.getCaughtThrowables().stream()
        .filter(
            type -> {
              Class<?> caught = type.reflect();
              return RuntimeException.class.isAssignableFrom(caught)
                  || Error.class.isAssignableFrom(caught)
                  || caught.isAssignableFrom(RuntimeException.class);
            });
  }

  /**
   * Around the body of a try with resources javac catches Throwable itself, and calls addSuppressed
   * for each resource.
   */
  private static boolean isResourcesAlone(JavaCodeUnit unit, List<JavaClass> throwables) {
    long resources =
        unit.getMethodCallsFromSelf().stream()
            .filter(call -> call.getTarget().getName().equals("addSuppressed"))
            .count();
    return throwables.size() <= resources
        && throwables.stream().allMatch(type -> type.isEquivalentTo(Throwable.class));
  }

  @Test
  void parserRoomsCatchOnlyWhatIsDeclared() {
    String[] rooms = {
      "io.ckptaudit.job.checkpoint", "io.ckptaudit.job.container", "io.ckptaudit.job.integrity"
    };
    JavaClasses parsers =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(rooms);
    assertThat(parsers).hasSizeGreaterThan(100);
    assertThat(parsers.stream().flatMap(parser -> parser.getCodeUnits().stream()))
        .anyMatch(unit -> !unit.getTryCatchBlocks().isEmpty());
    ArchRule rule = codeUnits().should(CATCH_ONLY_WHAT_IS_DECLARED);
    rule.check(parsers);
  }

  @Test
  void whatBreaksTheRuleIsFound() {
    JavaClasses broken = new ClassFileImporter().importClasses(Broken.class);
    assertThat(
            codeUnits()
                .should(CATCH_ONLY_WHAT_IS_DECLARED)
                .evaluate(broken)
                .getFailureReport()
                .getDetails()
                .stream()
                .map(detail -> detail.replaceAll(".*\\$Broken\\.", "").replaceAll("\\(.*\\)", "")))
        .containsOnly(
            "anything catches Throwable",
            "aSubclass catches ArithmeticException",
            "besideResources catches Throwable",
            "either catches RuntimeException",
            "error catches Error",
            "inALambda catches RuntimeException",
            "overResources catches Throwable");
  }

  /** Each method but the last breaks the rule. */
  @SuppressWarnings("unused")
  private static final class Broken {
    int anything(int[] values) {
      try {
        return values[0];
      } catch (Throwable e) {
        return 0;
      }
    }

    int aSubclass(int value) {
      try {
        return 1 / value;
      } catch (ArithmeticException e) {
        return 0;
      }
    }

    int either(InputStream in) {
      try {
        return in.read();
      } catch (IOException | RuntimeException e) {
        return 0;
      }
    }

    int error(int value) {
      try {
        return Math.incrementExact(value);
      } catch (Error e) {
        return 0;
      }
    }

    Runnable inALambda(Runnable other) {
      return () -> {
        try {
          other.run();
        } catch (RuntimeException e) {
          assertThat(e).isNotNull();
        }
      };
    }

    int overResources() {
      try (InputStream in = new ByteArrayInputStream(new byte[1])) {
        return in.read();
      } catch (Throwable e) {
        return 0;
      }
    }

    int besideResources(int[] values) throws IOException {
      int first = 0;
      try (InputStream in = new ByteArrayInputStream(new byte[1])) {
        first = in.read();
      }
      try {
        return values[first];
      } catch (Throwable e) {
        return 0;
      }
    }

    int resourcesAlone() throws IOException {
      try (InputStream in = new ByteArrayInputStream(new byte[1])) {
        return in.read();
      }
    }
  }
}
