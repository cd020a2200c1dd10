package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.io.LocalVolumes;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.InProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which way of reading is chosen, and what is refused. */
class ReadPlanTest {

  private static final long GIB = 1L << 30;

  @ParameterizedTest
  @CsvSource({
    // GiB to read, GiB available, in memory, takes direct I/O
    "8,   22, false, true,  BUFFERED",
    "11,  22, false, true,  BUFFERED",
    "12,  22, false, true,  DIRECT",
    "138, 22, false, true,  DIRECT",
    "138, 22, false, false, BUFFERED",
    "138, 22, true,  false, BUFFERED",
    "138, 22, true,  true,  BUFFERED",
    "1,   0,  false, false, BUFFERED"
  })
  void autoGoesByFileSystemAndSize(
      long gib, long available, boolean memory, boolean direct, ReadChoice chosen) {
    LocalVolumes volumes = new LocalVolumes(memory, direct);
    assertThat(ReadPlan.auto(gib * GIB, available * GIB, volumes)).isEqualTo(chosen);
  }

  @Test
  void thisMachineSaysHowMuchMemoryItHas() {
    assertThat(AvailableMemory.bytes()).isBetween(100L << 20, 1L << 50);
  }

  @Test
  void onlyLocalFilesAreMappedOrReadDirectly() {
    for (ReadChoice way : List.of(ReadChoice.MAP, ReadChoice.DIRECT)) {
      assertThatThrownBy(() -> way.verify(List.of("/local", "s3a://user:pass@bucket/model")))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage(
              "Cannot read s3a://bucket/model with --read "
                  + way
                  + ": only local files can be read so; use --read auto or --read buffered");
      way.verify(List.of("/local", "file:///local"));
    }
    ReadChoice.BUFFERED.verify(List.of("s3a://bucket/model"));
    ReadChoice.AUTO.verify(List.of("s3a://bucket/model"));
  }

  @Test
  void theProgramRefusesThemBeforeItStartsSpark() {
    ChildProcess.Ended ended =
        InProcess.run("audit", "s3a://bucket/model", "--report", "unused", "--read", "map");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("Cannot read s3a://bucket/model with --read map: only local");
  }

  /** 16 MiB and 64 reads are within the bounds of each. */
  @Test
  void blocksAndReadsThatDoNotFitTogetherAreRefused() {
    ReadPlan large = new ReadPlan(ReadChoice.BUFFERED, 16 << 20, 64);
    large.verifyFits(1, 130L << 24);
    assertThatThrownBy(() -> large.verifyFits(1, (130L << 24) - 1))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Cannot read with spark.ckptaudit.read.block=16777216 and"
                + " spark.ckptaudit.read.inFlight=64: 1 task(s) at a time own up to 130 blocks"
                + " each, 2181038080 bytes together, of the 2181038079 that"
                + " -Dckptaudit.arrow.limit allows; lower one of the two, or raise the limit");
    SparkConf conf = new SparkConf(false).set(ReadPlan.BLOCK, "16m").set(ReadPlan.IN_FLIGHT, "64");
    assertThatThrownBy(
            () ->
                ReadPlan.of(
                    ReadChoice.BUFFERED,
                    List.of(),
                    conf.clone().set("spark.master", "local[1000,4]")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(": 1000 task(s) at a time own ");
    assertThatThrownBy(
            () ->
                ReadPlan.of(
                    ReadChoice.BUFFERED,
                    List.of(),
                    conf.clone()
                        .set("spark.master", "spark://host:7077")
                        .set("spark.executor.cores", "1000")
                        .set("spark.task.cpus", "2")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(": 500 task(s) at a time own ");
  }

  /** What nobody set is no reason to refuse: mapped files need none of it. */
  @Test
  void theUsualSettingsAreNeverRefused() {
    SparkConf conf = new SparkConf(false).set("spark.master", "local[100000]");
    assertThat(ReadPlan.of(ReadChoice.MAP, List.of(), conf).inFlight()).isEqualTo(4);
    // As conf/spark-defaults.conf gives them.
    conf.set(ReadPlan.BLOCK, "16m").set(ReadPlan.IN_FLIGHT, "4");
    assertThat(ReadPlan.of(ReadChoice.BUFFERED, List.of(), conf).inFlight()).isEqualTo(4);
  }

  private static ReadPlan plan(String key, String value) {
    return ReadPlan.of(ReadChoice.BUFFERED, List.of(), new SparkConf(false).set(key, value));
  }

  @Test
  void blocksAndReadsInFlightAreSettings() {
    assertThat(plan(ReadPlan.BLOCK, "1m").blockBytes()).isEqualTo(1 << 20);
    assertThat(plan(ReadPlan.IN_FLIGHT, "7"))
        .isEqualTo(
            new ReadPlan(ReadChoice.BUFFERED, 16 << 20, 7, 256 << 20, FileBudget.USUAL, false));
    assertThat(plan(ReadPlan.REQUEST, "32m").requestBytes()).isEqualTo(32 << 20);
    assertThatThrownBy(() -> plan(ReadPlan.BLOCK, "64k"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Invalid spark.ckptaudit.read.block: 65536 bytes is not within 256 KiB and 16 MiB; use a size such as 16m");
    assertThatThrownBy(() -> plan(ReadPlan.REQUEST, "2g"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Invalid spark.ckptaudit.read.request: 2147483648 bytes is not within 256 KiB and 1 GiB; use a size such as 256m");
    assertThatThrownBy(() -> plan(ReadPlan.IN_FLIGHT, "0"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Invalid spark.ckptaudit.read.inFlight: 0 is not within 1 and 64; use a number such as 4");
  }

  @Test
  void allOfAPlanTravels() throws Exception {
    for (ReadChoice choice : ReadChoice.values()) {
      ReadPlan plan = new ReadPlan(choice, 1, 2, 1L << 40, new FileBudget(3, 1L << 50), true);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(plan);
      }
      assertThat(bytes.size()).isLessThan(160);
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        assertThat(in.readObject()).isEqualTo(plan);
      }
    }
  }
}
