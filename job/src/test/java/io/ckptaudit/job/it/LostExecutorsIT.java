package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.Verification;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.FaultyFileSystem;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.StandaloneCluster;
import io.ckptaudit.job.testing.TrapFileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executors that end while they read, and tasks that run twice. Rows O1 to O3 of docs/faults.md.
 */
@Timeout(600)
@Tag("full")
class LostExecutorsIT {

  private static final Path FIXTURE = Fixtures.path("llama-hf-bf16");
  private static final String TRAPPED = "trap://" + FIXTURE.toAbsolutePath();
  private static final String VICTIM = "model-00002-of-00004.safetensors";

  /** Tasks are tried twice, so that it takes two processes at the least. */
  private static final Map<String, String> KILLS =
      Map.of("spark.hadoop.trap.kills", "100", "spark.task.maxFailures", "2");

  @TempDir static Path folder;

  private static StandaloneCluster cluster;
  private static Path jar;
  private static Map<String, String> expected;

  @BeforeAll
  static void startCluster() throws Exception {
    Path local = folder.resolve("local");
    assertThat(Audits.audits().run(local, FIXTURE.toString()).exitCode()).isZero();
    expected = Audits.digests(local);
    jar = jarOfTheTrap();
    cluster = StandaloneCluster.start(Files.createDirectories(folder.resolve("spark")), 2);
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster.close();
  }

  /** What executors have besides the product. */
  private static Path jarOfTheTrap() throws IOException {
    Path file = folder.resolve("trap.jar");
    List<Class<?>> types = new ArrayList<>(List.of(TrapFileSystem.class.getDeclaredClasses()));
    types.add(TrapFileSystem.class);
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Class<?> type : types) {
        String name = type.getName().replace('.', '/') + ".class";
        try (InputStream code = type.getClassLoader().getResourceAsStream(name)) {
          entries.putNextEntry(new JarEntry(name));
          code.transferTo(entries);
        }
      }
    }
    return file;
  }

  private static ChildProcess.Ended audit(Path report, Map<String, String> more, String... options)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of("audit", TRAPPED));
    arguments.addAll(List.of(options));
    return submit(report, more, arguments);
  }

  /** A command with a report; more of its options may follow, and win. */
  private static ChildProcess.Ended submit(
      Path report, Map<String, String> more, List<String> command) throws Exception {
    Map<String, String> settings = new TreeMap<>(more);
    settings.put("spark.hadoop.fs.trap.impl", TrapFileSystem.class.getName());
    settings.put("spark.hadoop.trap.file", VICTIM);
    settings.put(
        "spark.hadoop.trap.folder",
        Files.createDirectories(folder.resolve(report.getFileName() + "-events")).toString());
    settings.put("spark.executor.memory", "512m");
    settings.put("spark.executor.cores", "1");
    settings.put("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1");
    settings.put("spark.ui.enabled", "false");
    List<String> submit =
        new ArrayList<>(List.of("--master", cluster.url(), "--jars", jar.toString()));
    settings.forEach((key, value) -> submit.addAll(List.of("--conf", key + "=" + value)));
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--run-id", "run", "--report", "trap://" + report.toAbsolutePath()));
    return Product.submit(submit, arguments.toArray(String[]::new));
  }

  private static List<String> events(Path report) throws IOException {
    try (var events = Files.list(folder.resolve(report.getFileName() + "-events"))) {
      return events.map(event -> event.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void o01_threeOfFourAttemptsEndWithTheirExecutorAndTheReportIsTheSame() throws Exception {
    Path report = folder.resolve("o01");
    ChildProcess.Ended ended = audit(report, Map.of("spark.hadoop.trap.kills", "3"));
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(events(report)).containsExactly("kill-0", "kill-1", "kill-2");
    assertThat(Audits.digests(report)).isEqualTo(expected);
  }

  /** All four shards are in one task, and three of them are innocent. */
  @Test
  void o02_aFileThatEndsEachExecutorIsNamedAndTheOthersAreAudited() throws Exception {
    Path report = folder.resolve("o02");
    ChildProcess.Ended ended = audit(report, Map.of("spark.hadoop.trap.kills", "100"));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(events(report)).hasSize(5);
    assertThat(Audits.rows(report, Table.FINDINGS))
        .filteredOn(row -> row.getAs("severity").equals("ERROR"))
        .hasSize(8)
        .allSatisfy(LostExecutorsIT::assertNamed);
    assertThat(Audits.rows(report, Table.TENSORS))
        .hasSize(30)
        .filteredOn(row -> row.getAs("nan") == null)
        .hasSize(8);
  }

  @Test
  void o02_updatesNameTheFileOfTheirStepAndCompareTheOthers() throws Exception {
    Path report = folder.resolve("o02-updates");
    ChildProcess.Ended ended =
        submit(report, KILLS, List.of("updates", FIXTURE.toString(), TRAPPED));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(events(report)).hasSize(2);
    assertThat(Audits.rows(report, Table.FINDINGS))
        .filteredOn(row -> row.getAs("rule").equals("POISON"))
        .hasSize(8)
        .allSatisfy(LostExecutorsIT::assertNamed)
        .allSatisfy(row -> assertThat(row.<String>getAs("checkpoint")).startsWith("trap:"));
    assertThat(Audits.rows(report, Table.UPDATES))
        .filteredOn(row -> row.getAs("scope").equals("tensor") && row.getAs("target").equals("F16"))
        .hasSize(22);
  }

  @Test
  void o02_scalesNameTheFileAndCountTheOthers() throws Exception {
    Path report = folder.resolve("o02-scales");
    ChildProcess.Ended ended = submit(report, KILLS, List.of("scales", TRAPPED));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(events(report)).hasSize(2);
    assertThat(Audits.rows(report, Table.FINDINGS))
        .filteredOn(row -> row.getAs("rule").equals("POISON"))
        .hasSize(8)
        .allSatisfy(LostExecutorsIT::assertNamed);
    assertThat(Audits.rows(report, Table.SCALES))
        .filteredOn(row -> row.getAs("scope").equals("tensor"))
        .extracting(row -> row.<String>getAs("name"))
        .satisfies(tensors -> assertThat(Set.copyOf(tensors)).hasSize(22));
  }

  /** The audits of both sides are there already. More than one task may open the file at once. */
  @Test
  void o02_aComparisonOfElementsNamesThePairsOfTheFile() throws Exception {
    Path report = folder.resolve("o02-compare");
    LocalSpark.session()
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.trap.impl", TrapFileSystem.class.getName());
    Audits.audits().runId("run-left").run(report, FIXTURE.toString());
    Audits.audits().runId("run-right").run(report, TRAPPED);
    ChildProcess.Ended ended =
        submit(report, KILLS, List.of("compare", FIXTURE.toString(), TRAPPED, "--values=all"));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(events(report)).hasSizeBetween(2, 4);
    assertThat(Audits.rows(report, Table.PAIRS))
        .hasSize(30)
        .filteredOn(row -> row.getAs("different") == null)
        .hasSize(8);
    assertThat(ended.out())
        .contains("'model.layers.0.input_layernorm.weight' and 7 more: each time it was read");
  }

  private static void assertNamed(Row finding) {
    assertThat(finding.<String>getAs("message"))
        .isEqualTo(
            "Cannot read tensor '%s' of %s at byte %s: each time it was read, the process that read it ended; look into the logs of the executors, and audit it alone with more memory",
            finding.getAs("tensor"), VICTIM, finding.getAs("byte_offset"));
  }

  /** The machine that reads goes away: its worker and its executor at once. */
  @Test
  void o01_aWorkerIsLostWithItsExecutorAndTheReportIsTheSame() throws Exception {
    Path report = folder.resolve("o01-worker");
    Path wait = folder.resolve("o01-worker-events/wait");
    Map<String, String> settings = Map.of("spark.hadoop.trap.millis", "120000");
    CompletableFuture<ChildProcess.Ended> ended =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return audit(report, settings, "--split-size", "8KiB");
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });
    while (!ended.isDone() && !(Files.exists(wait) && Files.size(wait) > 0)) {
      Thread.sleep(50);
    }
    int lost = cluster.loseWorkerOf(Long.parseLong(Files.readString(wait).trim()));
    assertThat(ended.get().exitCode()).as(ended.get().err()).isZero();
    assertThat(events(report)).containsExactly("wait");
    assertThat(Audits.digests(report)).isEqualTo(expected);
    cluster.restartWorker(lost);
  }

  @Test
  void o03_aTaskThatRunsTwiceLeavesItsRowsOnce() throws Exception {
    Path report = folder.resolve("o03");
    Path log = Files.createDirectories(folder.resolve("log"));
    Map<String, String> settings = new TreeMap<>();
    settings.put("spark.hadoop.trap.millis", "20000");
    settings.put("spark.hadoop.trap.write.millis", "20000");
    settings.put("spark.speculation", "true");
    // Of a stage that is one task too.
    settings.put("spark.speculation.task.duration.threshold", "2s");
    settings.put("spark.speculation.multiplier", "1.1");
    settings.put("spark.speculation.quantile", "0.1");
    settings.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
    settings.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s");
    settings.put("spark.eventLog.enabled", "true");
    settings.put("spark.eventLog.dir", log.toUri().toString());
    settings.put("spark.eventLog.compress", "false");
    settings.put("spark.eventLog.rolling.enabled", "false");
    ChildProcess.Ended ended = audit(report, settings, "--split-size", "8KiB");
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(events(report)).containsExactly("wait", "wait-to-write");
    assertThat(stagesOfLosers(log)).hasSizeGreaterThanOrEqualTo(2);
    assertThat(Audits.digests(report)).isEqualTo(expected);
    assertThat(Audits.rows(report, Table.TENSORS)).hasSize(30);
    assertThat(Verification.of(report.toString(), "run", Storages.local()).faults()).isEmpty();
    assertThat(FaultyFileSystem.files(report).keySet())
        .noneMatch(path -> path.contains("attempt") || path.contains("_temporary"));
  }

  /** The stages in which a task was ended because another attempt of it was faster. */
  private static Set<Integer> stagesOfLosers(Path log) throws IOException {
    Set<Integer> stages = new TreeSet<>();
    ObjectMapper json = new ObjectMapper();
    try (var logs = Files.list(log)) {
      for (String line : Files.readAllLines(logs.findFirst().orElseThrow())) {
        if (line.contains("\"TaskKilled\"")) {
          stages.add(json.readTree(line).path("Stage ID").asInt());
        }
      }
    }
    return stages;
  }
}
