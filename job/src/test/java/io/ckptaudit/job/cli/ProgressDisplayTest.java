package io.ckptaudit.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.pipeline.ReadFigures;
import io.ckptaudit.job.pipeline.ReadProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a run says every half a minute where nobody looks at a terminal. */
@Timeout(60)
class ProgressDisplayTest {

  private record Figures(long bytes, long bytesRead, int files, int filesRead, long findings)
      implements ReadFigures {}

  private static JsonNode line(ReadFigures figures) throws Exception {
    Instant started = Instant.now().minusSeconds(100);
    return new ObjectMapper().readTree(ProgressDisplay.line("r7", figures, started));
  }

  @Test
  void halfWay() throws Exception {
    JsonNode line = line(new Figures(400_000_000_000L, 100_000_000_000L, 40, 9, 3));
    assertThat(line.path("run").asText()).isEqualTo("r7");
    assertThat(line.path("files").asInt()).isEqualTo(9);
    assertThat(line.path("files_total").asInt()).isEqualTo(40);
    assertThat(line.path("bytes").asLong()).isEqualTo(100_000_000_000L);
    assertThat(line.path("bytes_total").asLong()).isEqualTo(400_000_000_000L);
    assertThat(line.path("gb_per_s").asDouble()).isBetween(0.9, 1.0);
    assertThat(line.path("findings").asInt()).isEqualTo(3);
    assertThat(line.path("seconds").asDouble()).isBetween(100.0, 110.0);
    assertThat(line.path("eta").asText()).matches("PT5M\\d*S?");
  }

  /** Lines to stderr, of this process, which has no terminal; none once the reading has ended. */
  @Test
  void linesGoToStderrWhileWeightsAreRead() throws Exception {
    assertThat(System.console()).as("the terminal of this process").isNull();
    PrintStream stdout = System.out;
    PrintStream stderr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      ReadProgress progress = ProgressDisplay.create("r7", Duration.ofMillis(20));
      progress.start(new Figures(4, 1, 2, 1, 0));
      while (err.toString(StandardCharsets.UTF_8).lines().count() < 3) {
        Thread.sleep(5);
      }
      progress.finish();
    } finally {
      System.setOut(stdout);
      System.setErr(stderr);
    }
    Thread.sleep(50);
    List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
    Thread.sleep(100);
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(lines.size());
    for (String line : lines) {
      assertThat(new ObjectMapper().readTree(line).path("run").asText()).isEqualTo("r7");
    }
    assertThat(out.size()).as("bytes on stdout").isZero();
  }

  @Test
  void noTimeLeftIsKnownBeforeTheFirstByte() throws Exception {
    assertThat(line(new Figures(1, 0, 1, 0, 0)).path("eta").isNull()).isTrue();
  }
}
