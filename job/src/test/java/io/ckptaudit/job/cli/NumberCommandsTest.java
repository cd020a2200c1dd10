package io.ckptaudit.job.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.ckptaudit.udfs.number.FloatFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/**
 * {@code formats} and {@code explain} as typed. Goldens lie in {@code resources/golden}; {@code
 * -Dckptaudit.goldens=write} writes them anew, to be read before they are committed.
 */
class NumberCommandsTest {

  private record Run(int exitCode, String out, String err) {}

  @CommandLine.Command(name = "ckpt-audit")
  private static final class Root {}

  private static Run run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine root =
        new CommandLine(new Root())
            .addSubcommand(new FormatsCommand())
            .addSubcommand(new ExplainCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    int exitCode = root.execute(arguments);
    return new Run(exitCode, out.toString(), err.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "formats, formats",
    "formats-spacing, formats --spacing",
    "explain-65504, explain 65504",
    "explain-65519.996, explain 65519.996",
    "explain-65520, explain 65520",
    "explain-smallest-f16, explain 2^-24",
    "explain-1e-8, explain 1e-8",
    "explain-0.1, explain 0.1",
    "explain-0.1-as-f16, explain 0.1 --as f16",
    "explain-saxml-28, explain -4.2617e-06",
    "explain-saxml-28-as-bf16, explain -4.2617e-06 --as BF16",
    "explain-0x7BFF-as-f16, explain 0x7BFF --as F16",
    "explain-0x3F80, explain 0x3F80",
    "explain-0x7f, explain 0x7f",
    "explain-nan, explain nan",
    "explain-minus-inf, explain -inf",
    "explain-minus-zero, explain -0",
    "explain-1e400, explain 1e400",
    "explain-smallest-bf16, explain 0x0001 --as BF16",
    "explain-scale, explain 0x7F --as F8_E8M0"
  })
  void prints(String golden, String line) throws IOException {
    Run run = run(line.split(" "));
    assertThat(run.exitCode).as(run.err).isZero();
    assertThat(run.err).isEmpty();
    assertThat(run.out).isEqualTo(golden(golden, run.out));
    assertThat(run.out.lines()).allMatch(text -> text.length() <= 80);
    assertThat(run.out.lines()).noneMatch(text -> text.endsWith(" "));
  }

  private static String golden(String name, String output) throws IOException {
    if ("write".equals(System.getProperty("ckptaudit.goldens"))) {
      Path folder = Path.of("src/test/resources/golden/numbers");
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(name + ".txt"), output);
      return output;
    }
    String resource = "/golden/numbers/" + name + ".txt";
    try (InputStream in = NumberCommandsTest.class.getResourceAsStream(resource)) {
      assertThat(in).as(resource).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void formatsAsJson() throws IOException {
    JsonNode formats = json("formats", "--format", "json");
    assertThat(formats).hasSize(12);
    JsonNode half = formats.get(2);
    assertThat(half.get("format").textValue()).isEqualTo("F16");
    assertThat(half.get("eps").doubleValue()).isEqualTo(0x1p-10);
    assertThat(half.get("max").doubleValue()).isEqualTo(65504);
    assertThat(half.get("min").doubleValue()).isEqualTo(-65504);
    assertThat(half.get("smallest_normal").doubleValue()).isEqualTo(0x1p-14);
    assertThat(half.get("smallest_subnormal").doubleValue()).isEqualTo(0x1p-24);
    assertThat(half.get("resolution").doubleValue()).isEqualTo(1e-3);
    assertThat(half.get("overflow").doubleValue()).isEqualTo(65520);
    assertThat(half.get("infinity").booleanValue()).isTrue();
    assertThat(formats.get(0).get("overflow").isNull()).isTrue();
    assertThat(formats.get(8).get("smallest_subnormal").isNull()).isTrue();
    assertThat(formats.get(8).get("min").doubleValue()).isEqualTo(0x1p-127);
  }

  @Test
  void spacingAsJson() throws IOException {
    JsonNode rows = json("formats", "--spacing", "--format", "JSON");
    assertThat(rows).hasSize(41);
    JsonNode lowest = rows.get(0);
    assertThat(lowest.get("binade").intValue()).isEqualTo(-24);
    assertThat(lowest.get("lower").doubleValue()).isEqualTo(0x1p-24);
    assertThat(lowest.get("spacing").get("F16").doubleValue()).isEqualTo(0x1p-24);
    assertThat(lowest.get("spacing").get("F8_E4M3").isNull()).isTrue();
  }

  @Test
  void explainsAsJson() throws IOException {
    JsonNode readings = json("explain", "-4.2617e-06", "--format=json", "--as", "bf16");
    assertThat(readings).hasSize(1);
    assertThat(readings.get(0).get("code").textValue()).isEqualTo("0xB68F");
    assertThat(readings.get(0).get("casts")).hasSize(12);
  }

  private static JsonNode json(String... arguments) throws IOException {
    Run run = run(arguments);
    assertThat(run.exitCode).as(run.err).isZero();
    return new ObjectMapper().readTree(run.out);
  }

  @ParameterizedTest
  @CsvSource({
    "explain banana, Cannot explain VALUE 'banana': it is neither a number nor a code; give",
    "explain --spacng, Cannot explain VALUE '--spacng': it is neither a number nor a code; give",
    "explain -x, Cannot explain VALUE '-x': it is neither a number nor a code; give",
    "explain 1 --as F12, Unknown format 'F12' in --as: no format has this name; use one of F64",
    "explain, Missing required parameter: 'VALUE'",
    "explain 1 2, Unmatched argument at index 2: '2'",
    "formats --format yaml, Invalid value for option '--format'"
  })
  void refusesWithTwo(String line, String message) {
    Run run = run(line.split(" "));
    assertThat(run.exitCode).isEqualTo(2);
    assertThat(run.out).isEmpty();
    assertThat(run.err).startsWith(message);
  }

  /** These commands answer at once, so nothing they reach may start loading Spark or Hadoop. */
  @Test
  void reachesNeitherSparkNorHadoop() {
    noClasses()
        .that()
        .belongToAnyOf(FormatsCommand.class, ExplainCommand.class)
        .should()
        .transitivelyDependOnClassesThat()
        .resideInAPackage("org.apache..")
        .check(
            new ClassFileImporter()
                .importUrls(List.of(origin(FormatsCommand.class), origin(FloatFormat.class))));
  }

  private static URL origin(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
