package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.StandaloneCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The thin jar on masters of every kind: one report, to the byte of its table digests. */
@Timeout(600)
@Tag("full")
class ClusterIT {

  private static final int FINDINGS = 10;
  private static final long SPLIT = 8 << 10;

  /** BF16 and F32, both of tensors that several tasks share. */
  private static final List<String> FIXTURES =
      List.of(fixture("llama-hf-broken-bf16"), fixture("gradients"));

  @TempDir static Path folder;

  private static Map<String, String> expected;

  private static String fixture(String name) {
    return Fixtures.path(name).toString();
  }

  @BeforeAll
  static void auditOnTwoCoresInThisJvm() {
    Path report = folder.resolve("in-process");
    assertThat(Audits.audits().run(report, FIXTURES.toArray(String[]::new)).exitCode())
        .isEqualTo(FINDINGS);
    expected = Audits.digests(report);
  }

  private static String[] audit(Path report, String... more) {
    List<String> arguments = new ArrayList<>(List.of("audit"));
    arguments.addAll(FIXTURES);
    arguments.addAll(List.of("--report", report.toString(), "--run-id", "run"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private static void assertSameReport(Path report, ChildProcess.Ended ended) {
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(FINDINGS);
    assertThat(ended.out()).contains("VERDICT: findings", "exit code 10");
    assertThat(Audits.digests(report)).isEqualTo(expected);
  }

  @Test
  void sparkSubmitOnTwoCores() throws Exception {
    Path report = folder.resolve("submitted");
    assertSameReport(report, Product.submit(List.of("--master", "local[2]"), audit(report)));
  }

  /** The user's Kryo must not reach the records of the plan, which it cannot carry. */
  @Test
  void twoExecutorsThatShareTensors() throws Exception {
    assertThat(tasksOfTheLargestShare()).isGreaterThan(1);
    Path report = folder.resolve("cluster");
    Path events = Files.createDirectories(folder.resolve("events"));
    try (StandaloneCluster cluster =
        StandaloneCluster.start(Files.createDirectories(folder.resolve("spark")), 2)) {
      List<String> options = new ArrayList<>(List.of("--master", cluster.url()));
      settings(events)
          .forEach((key, value) -> options.addAll(List.of("--conf", key + "=" + value)));
      assertSameReport(report, Product.submit(options, audit(report, "--split-size", SPLIT + "b")));
    }
    assertThat(readTasksByExecutor(events)).containsOnlyKeys("0", "1");
  }

  /** Two executors of one core, whose tasks are logged in a folder. */
  static Map<String, String> settings(Path events) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    settings.put("spark.executor.memory", "512m");
    settings.put("spark.executor.cores", "1");
    settings.put("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1");
    settings.put("spark.ui.enabled", "false");
    // No task before both executors are there.
    settings.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
    settings.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s");
    settings.put("spark.eventLog.enabled", "true");
    settings.put("spark.eventLog.dir", events.toUri().toString());
    settings.put("spark.eventLog.compress", "false");
    settings.put("spark.eventLog.rolling.enabled", "false");
    return settings;
  }

  /** The number of tasks that the most widely spread tensor is read by. */
  private static long tasksOfTheLargestShare() throws IOException {
    Map<TensorId, Long> tasks = new HashMap<>();
    Planner.plan(Checkpoints.open(FIXTURES, Storages.local()), new PlanSettings(SPLIT, 2))
        .forEach(
            task ->
                task.splits().stream()
                    .map(Split::tensor)
                    .distinct()
                    .forEach(tensor -> tasks.merge(tensor, 1L, Long::sum)));
    return tasks.values().stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  /** How many tasks of the first stage, the one that reads, each executor finished. */
  static Map<String, Integer> readTasksByExecutor(Path events) throws IOException {
    Map<String, Integer> tasks = new TreeMap<>();
    ObjectMapper json = new ObjectMapper();
    try (var logs = Files.list(events)) {
      for (String line : Files.readAllLines(logs.findFirst().orElseThrow())) {
        JsonNode event = json.readTree(line);
        if (event.path("Event").asText().equals("SparkListenerTaskEnd")
            && event.path("Stage ID").asInt() == 0) {
          tasks.merge(event.path("Task Info").path("Executor ID").asText(), 1, Integer::sum);
        }
      }
    }
    return tasks;
  }
}
