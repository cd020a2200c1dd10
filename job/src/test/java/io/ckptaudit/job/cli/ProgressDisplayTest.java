package io.ckptaudit.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.pipeline.ReadFigures;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a run says every half a minute where nobody looks at a terminal. */
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

  @Test
  void noTimeLeftIsKnownBeforeTheFirstByte() throws Exception {
    assertThat(line(new Figures(1, 0, 1, 0, 0)).path("eta").isNull()).isTrue();
  }
}
