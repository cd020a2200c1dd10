package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Names of tensors, files and dtypes that try to move the cursor, turn the direction of writing,
 * end a line or name a path: what is printed shows them escaped, and the tables hold them as they
 * are.
 */
@Tag("full")
class HostileNamesTest {

  private static final List<String> NAMES =
      List.of(
          "\u001b[2J\u001b]0;owned\u0007.weight",
          "\u009b31m.weight",
          "a\0b.weight",
          "delete\u007f\u007f.weight",
          "line\r\nVERDICT: clean.weight",
          "model\u202Ethgiew.layers.1.weight",
          "zero\u200bwidth\uFEFF.weight",
          "tag\uDB40\uDC41.weight",
          "../../../etc/passwd",
          "<script>alert(1)</script>|`x`.weight",
          "%s%n%x{jndi:ldap://x}${env:HOME}.weight",
          "n".repeat(NameCases.VAST));

  private static final String FILE = "evil\u001b[31m\u202Eth\n.safetensors";

  @TempDir static Path folder;

  private static Path checkpoint;
  private static Path report;
  private static RunVerdict run;
  private static final Logger OURS = Logger.getLogger("io.ckptaudit");
  private static final List<String> LOGGED = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void audit() throws IOException {
    checkpoint = Files.createDirectories(folder.resolve("host\u001b[1mile\u202E"));
    report = folder.resolve("report");
    writeCheckpoint();
    Path vanishing = checkpoint.resolve("\u001b]8;;x.safetensors");
    BrokenCase.sound().write(vanishing);
    Handler handler = new Collecting();
    OURS.addHandler(handler);
    try {
      run =
          Audits.audits().beforeReading(() -> delete(vanishing)).run(report, checkpoint.toString());
    } finally {
      OURS.removeHandler(handler);
    }
  }

  private static void writeCheckpoint() throws IOException {
    SafetensorsBytes file = SafetensorsBytes.file();
    for (String name : NAMES) {
      byte[] large = {0x40, 0x4B, 0x40, 0x7F, (byte) 0xC0, 0x7F, 0, 0x33};
      file.tensor(json(name), "BF16", new long[] {2, 2}, large);
    }
    file.tensor("\\ud800.weight", "BF16", (short) 1);
    file.entry("\\u001b[0m", "\\u001b[2J", new long[] {1}, 0, 0);
    file.write(checkpoint.resolve(FILE));
    Files.writeString(checkpoint.resolve("x\u0007.safetensors"), "<html>\u001b[2J");
    Files.writeString(
        checkpoint.resolve("config.json"), "{\"dtype\":\"float\\u001b[2J\\u202e16\"}");
    Files.writeString(
        checkpoint.resolve(IndexCases.INDEX),
        "{\"weight_map\":{%s:%s,%s:%s,%s:%s,%s:%s,\"\\ud800\":%s}}"
            .formatted(
                "\"t\\u001b[2J\"",
                quoted("gone\\u001b[2J\\ud800.safetensors"),
                "\"v\\u0000\"",
                quoted("../\\u202e/x.safetensors"),
                "\"w\\u202e\"",
                quoted("n".repeat(NameCases.VAST)),
                "\"sound.weight\"",
                quoted(json("\u001b]8;;x.safetensors")),
                quoted(json(FILE))));
  }

  private static String quoted(String json) {
    return '"' + json + '"';
  }

  /** Control characters as JSON wants them, all others as they are. */
  private static String json(String text) {
    StringBuilder json = new StringBuilder();
    for (char c : text.toCharArray()) {
      json.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
    }
    return json.toString();
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the program itself logs. */
  private static final class Collecting extends Handler {
    @Override
    public void publish(LogRecord logged) {
      LOGGED.add(logged.getMessage());
      if (logged.getThrown() != null) {
        LOGGED.add(logged.getThrown().toString());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static void assertHarmless(String text) {
    assertThat(text).isNotBlank();
    assertThat(text.lines()).allMatch(Quoted::isPrintable);
  }

  @Test
  void terminalTextIsHarmless() {
    String text = InProcess.run("show", report.toString()).out();
    assertHarmless(text);
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    assertThat(text.lines().filter(line -> line.startsWith("VERDICT"))).hasSize(1);
    assertHarmless(InProcess.run("gate", report.toString()).out());
    assertHarmless(InProcess.run("audit", "--dry-run", checkpoint.toString()).out());
    assertHarmless(InProcess.run("audit", "--dry-run", checkpoint + "/no\u001b[2J").err());
  }

  @Test
  void markdownIsHarmless() {
    String markdown = InProcess.run("show", report.toString(), "--format", "markdown").out();
    assertHarmless(markdown);
    assertThat(markdown).hasSizeLessThan(65_536).doesNotContain("/passwd |");
  }

  @Test
  void jsonIsHarmlessAndExact() throws IOException {
    String json = InProcess.run("show", report.toString(), "--format", "json").out();
    assertHarmless(json);
    JsonNode findings = new ObjectMapper().readTree(json).at("/checkpoints/0/findings");
    List<String> tensors = new ArrayList<>();
    findings.forEach(finding -> tensors.add(finding.path("tensor").asText()));
    assertThat(tensors).contains(NAMES.get(0), "../../../etc/passwd", "a\0b.weight");
    Path runs = report.resolve("_runs");
    assertHarmless(Files.readString(runs.resolve("run/manifest.json"), StandardCharsets.UTF_8));
    assertHarmless(Files.readString(runs.resolve("run/verdict.json"), StandardCharsets.UTF_8));
    assertHarmless(Files.readString(runs.resolve("latest.json"), StandardCharsets.UTF_8));
  }

  @Test
  void tablesHoldTheNamesAndHarmlessSentences() {
    List<String> tensors = new ArrayList<>(NAMES);
    tensors.add(BrokenCase.SOUND);
    assertThat(Audits.rows(report, Table.TENSORS))
        .extracting(row -> row.<String>getAs("tensor"))
        .containsExactlyInAnyOrderElementsOf(tensors);
    assertThat(Audits.rows(report, Table.FILES))
        .extracting(row -> row.<String>getAs("file"))
        .contains(FILE, "x\u0007.safetensors", "../\u202e/x.safetensors");
    List<Row> findings = Audits.rows(report, Table.FINDINGS);
    assertThat(findings)
        .extracting(row -> row.<String>getAs("rule"))
        .contains(
            "NON_FINITE",
            "OVERFLOW_TARGET",
            "ST_NAME",
            "ST_DTYPE",
            "ST_HEADER_ENCODING",
            "NOT_A_CHECKPOINT",
            "IX_PATH_ESCAPE",
            "IX_MISSING_SHARD",
            "IX_MISMATCH",
            "GONE");
    for (Row finding : findings) {
      for (String column : List.of("message", "evidence", "action")) {
        assertHarmless(finding.getAs(column));
      }
      assertThat(finding.<String>getAs("message")).hasSizeLessThan(2000);
    }
  }

  @Test
  void logLinesAreHarmless() {
    assertThat(LOGGED).isNotEmpty().allMatch(Quoted::isPrintable);
  }

  @Test
  void logLayoutIsHarmless() throws IOException {
    Properties conf = new Properties();
    try (var reader = Files.newBufferedReader(Product.ROOT.resolve("conf/log4j2.properties"))) {
      conf.load(reader);
    }
    String appender = "appender.stderr.layout.";
    PatternLayout layout =
        PatternLayout.newBuilder()
            .withPattern(conf.getProperty(appender + "pattern"))
            .withAlwaysWriteExceptions(
                Boolean.parseBoolean(conf.getProperty(appender + "alwaysWriteExceptions")))
            .build();
    String line =
        layout.toSerializable(
            Log4jLogEvent.newBuilder()
                .setLoggerName("io.ckptaudit.X")
                .setLevel(Level.WARN)
                .setMessage(new SimpleMessage("a\u001b[2J\u202E\nb s3a://AKIA:hush@m/x"))
                .setThrown(
                    new IOException(
                        "c\u001b[2J\u202E s3a://AKIA:hush@models/x",
                        new IOException("GET http://AKIA@store/x")))
                .build());
    assertThat(line)
        .contains("a?[2J??b s3a://m/x", "java.io.IOException: c?[2J? s3a://models/x")
        .contains("IOException: GET http://store/x")
        .doesNotContain("AKIA", "hush");
    assertThat(line.replace("\t", "").lines()).allMatch(Quoted::isPrintable).hasSizeGreaterThan(3);
  }

  @Test
  void theRunGoesOn() {
    assertThat(run.exitCode()).isEqualTo(12);
    assertThat(run.checkpoints().get(0).missing().tensors()).isPositive();
  }
}
