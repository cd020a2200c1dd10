package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which run {@code latest.json} points to. */
class LatestRunTest {

  private static final LatestRun EARLY = new LatestRun("early", "2026-01-01T00:00:00Z");
  private static final LatestRun LATE = new LatestRun("late", "2026-01-01T00:00:00.000001Z");

  @TempDir Path folder;

  private String report;
  private Storage storage;

  @BeforeEach
  void openReport() {
    report = folder.toString();
    storage = Storages.local().forUri(report);
  }

  private LatestRun publish(LatestRun run) throws IOException {
    Path manifest = folder.resolve("_runs/" + run.runId() + "/manifest.json");
    Files.createDirectories(manifest.getParent());
    Files.writeString(manifest, "{}");
    run.publish(storage, report);
    return LatestRun.read(storage, report);
  }

  @Test
  void theRunThatStartedLastWhicheverEndsFirst() throws Exception {
    assertThat(publish(EARLY)).isEqualTo(EARLY);
    assertThat(publish(LATE)).isEqualTo(LATE);
    assertThat(publish(EARLY)).isEqualTo(LATE);
    LatestRun atTheSameTime = new LatestRun("later", LATE.started());
    assertThat(publish(atTheSameTime)).isEqualTo(atTheSameTime);
    assertThat(publish(LATE)).isEqualTo(atTheSameTime);
  }

  @Test
  void aPointerOfNoUseIsReplaced() throws Exception {
    publish(LATE);
    storage.deleteRecursively(folder.resolve("_runs/late").toString());
    assertThat(publish(EARLY)).as("the run is gone").isEqualTo(EARLY);
    for (String broken : List.of("", "{", "{\"run_id\": \"early\", \"started\": \"noon\"}")) {
      Files.writeString(folder.resolve("_runs/latest.json"), broken);
      assertThat(publish(EARLY)).as(broken).isEqualTo(EARLY);
    }
  }

  @Test
  @DisplayName("O6: of twenty runs that end at once, none undoes what another did")
  void manyAtOnce() throws Exception {
    List<LatestRun> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      runs.add(new LatestRun("run-" + i, "2026-01-01T00:00:%02dZ".formatted(i)));
    }
    Collections.shuffle(runs, new Random(7));
    ExecutorService drivers = Executors.newFixedThreadPool(20);
    try {
      List<Future<LatestRun>> published = new ArrayList<>();
      runs.forEach(run -> published.add(drivers.submit(() -> publish(run))));
      for (Future<LatestRun> one : published) {
        one.get();
      }
    } finally {
      drivers.shutdownNow();
    }
    assertThat(LatestRun.read(storage, report).runId()).isEqualTo("run-19");
  }
}
