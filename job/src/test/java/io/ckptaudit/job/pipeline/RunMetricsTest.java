package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.LocalSpark;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** What a run tells those who watch it from outside. */
class RunMetricsTest {

  @TempDir Path report;

  @Test
  void figuresOfTheLastRunAndItsIdOnEveryJob() throws Exception {
    Set<String> described = new ConcurrentSkipListSet<>();
    Set<String> labels = new ConcurrentSkipListSet<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            described.add(String.valueOf(job.properties().get("spark.job.description")));
            labels.add(String.valueOf(job.properties().get("mdc.run")));
          }
        };
    LocalSpark.session().sparkContext().addSparkListener(listener);
    Audits.audits().runId("watched").run(report, Fixtures.path("llama-hf-broken-bf16").toString());
    LocalSpark.session().sparkContext().listenerBus().waitUntilEmpty();
    LocalSpark.session().sparkContext().removeSparkListener(listener);
    assertThat(described).isNotEmpty().allMatch(text -> text.startsWith("ckpt-audit watched: "));
    assertThat(labels).containsExactly("watched");
    assertThat(MDC.get("mdc.run")).isEqualTo("watched");
    Map<String, Number> figures = figures();
    assertThatAllWasRead();
    assertThat(figures.get("files_total")).isEqualTo(4);
    assertThat(figures.get("gb_per_s").doubleValue()).isPositive();
    assertThat(figures.get("findings_error").longValue()).isPositive();
    assertThat(figures).containsKeys("findings_warning", "findings_info");
  }

  static void assertThatAllWasRead() {
    assertThat(figures().get("bytes_read").longValue())
        .isPositive()
        .isEqualTo(figures().get("bytes_total").longValue());
    assertThat(figures().get("files_read").intValue())
        .isPositive()
        .isEqualTo(figures().get("files_total").intValue());
  }

  private static Map<String, Number> figures() {
    scala.collection.Seq<Source> sources =
        SparkEnv.get().metricsSystem().getSourcesByName(RunMetrics.NAME);
    assertThat(sources.size()).isEqualTo(1);
    Map<String, Number> figures = new TreeMap<>();
    sources
        .apply(0)
        .metricRegistry()
        .getGauges()
        .forEach((name, gauge) -> figures.put(name, (Number) ((Gauge<?>) gauge).getValue()));
    return figures;
  }
}
