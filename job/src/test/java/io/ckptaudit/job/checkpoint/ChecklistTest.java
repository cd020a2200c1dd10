package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.testing.InMemoryFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecklistTest {

  private static final String MD5 = "d41d8cd98f00b204e9800998ecf8427e";

  private final Problems problems = new Problems(null);

  private Optional<Checklist> read(byte[] bytes) throws IOException {
    return Checklist.read(new InMemoryFile(bytes), Checklist.NAME, problems);
  }

  private List<Checklist.Line> lines(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8)).orElseThrow().lines();
  }

  @Test
  void linesAreThoseOfMd5sum() throws IOException {
    String upper = MD5.toUpperCase(java.util.Locale.ROOT);
    assertThat(lines(MD5 + "  consolidated.00.pth\n" + upper + " *sub/params.json"))
        .containsExactly(
            new Checklist.Line("consolidated.00.pth", MD5, 0),
            new Checklist.Line("sub/params.json", MD5, 54));
    assertThat(lines("")).isEmpty();
    assertThat(problems.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MD5 a       | f8427e a' is not an MD5 in hex, two spaces and a name",
        "'MD5  '     | f8427e  ' is not an MD5 in hex, two spaces and a name",
        "'MD5  ../a' | of the name '../a', it has an empty, '.' or '..' part",
        "'MD5  /a'   | of the name '/a', it is absolute",
        "'MD5  s3a:b'| of the name 's3a:b', it is absolute",
        "'MD5  a\\b' | of the name 'a\\\\b', it has a backslash or NUL",
        "'MD5  a\t'  | of the name 'a\\u0009', it has characters that do not print",
        "'MD5  x'    | it names 'x' again; the first line is used",
      })
  void aLineThatPromisesNothingIsNamed(String line, String why) throws IOException {
    String first = MD5 + "  x\n";
    assertThat(lines(first + line.replace("MD5", MD5) + "\n" + MD5 + "  y\n"))
        .extracting(Checklist.Line::file)
        .containsExactly("x", "y");
    assertThat(problems.all())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.message())
                  .startsWith("Cannot use a line of the checklist in checklist.chk at byte 36: ")
                  .contains(why)
                  .endsWith("; download it again from its source");
              assertThat(problem.severity()).isEqualTo(Severity.WARNING);
            });
  }

  @Test
  void bytesThatAreNoTextAreNamed() throws IOException {
    assertThat(read(new byte[] {'a', '\n', (byte) 0xC0, (byte) 0xAF}).orElseThrow().lines())
        .isEmpty();
    assertThat(problems.all())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot use a line of the checklist in checklist.chk at byte 0: 'a' is not an MD5 in"
                + " hex, two spaces and a name; download it again from its source",
            "Cannot use a line of the checklist in checklist.chk at byte 2: it is not UTF-8;"
                + " download it again from its source");
    assertThat(read(new byte[(1 << 20) + 1])).isEmpty();
  }

  @Test
  void aThousandMutants() throws IOException {
    byte[] original =
        (MD5 + "  consolidated.00.pth\n" + MD5 + "  params.json\n")
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 1000; i++) {
      Random random = new Random(20261122 + i);
      byte[] mutant = original.clone();
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
      }
      for (Checklist.Line line : read(mutant).orElseThrow().lines()) {
        assertThat(line.md5()).matches("[0-9a-f]{32}");
        assertThat(CheckpointFolder.escape(line.file())).isEmpty();
      }
    }
    assertThat(problems.all()).allMatch(problem -> Quoted.isPrintable(problem.message()));
  }
}
