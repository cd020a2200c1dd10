package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.compare.GivenNames;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.ComparedValues;
import io.ckptaudit.job.pipeline.ComparisonJob;
import io.ckptaudit.job.pipeline.ComparisonRequest;
import io.ckptaudit.job.pipeline.StoredDigests;
import io.ckptaudit.job.pipeline.StoredRunName;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.pipeline.Verification;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.udfs.arrow.KernelConversions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify} says of reports that are not what was published. */
class VerificationTest {

  @TempDir static Path published;
  @TempDir Path folder;

  @BeforeAll
  static void audit() {
    Audits.audits().run(published, Fixtures.path("all-dtypes").toString());
  }

  @BeforeEach
  void copy() throws IOException {
    copy(published, folder);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file));
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  private String part(String table) throws IOException {
    return StoredRuns.manifest("" + folder, "run", Storages.local())
        .tables()
        .get(table)
        .files()
        .get(0)
        .path();
  }

  /** Exit code 13, and sentences. */
  private String faults() {
    ChildProcess.Ended ended = InProcess.run("verify", "" + folder, "--quick");
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(13);
    return ended.out() + ended.err();
  }

  @Test
  @DisplayName("O20: a report as it was published")
  void aWholeReport() {
    ChildProcess.Ended ended = InProcess.run("verify", "" + folder, "--quick", "--run", "run");
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
    assertThat(ended.out())
        .matches("run: 9 tables, [0-9,]+ files, [0-9,]+ bytes; all files are there and whole\n");
  }

  @Test
  @DisplayName("O20: files missing, short, extra, without a footer")
  void filesThatAreNotWhatTheyWere() throws Exception {
    Path missing = folder.resolve(part("tensors"));
    long bytes = Files.size(missing);
    Files.delete(missing);
    Path cut = folder.resolve(part("layers"));
    byte[] whole = Files.readAllBytes(cut);
    Files.write(cut, java.util.Arrays.copyOf(whole, whole.length - 7));
    Path extra = folder.resolve("files/run_id=run/part-other.parquet");
    Files.writeString(extra, "PAR1");
    Path zeros = folder.resolve(part("histograms"));
    Files.write(zeros, new byte[(int) Files.size(zeros)]);
    assertThat(faults())
        .contains(
            "Missing file %s in %s: the manifest of run 'run' lists it with %s bytes; restore it from a backup, or audit again under another id\n"
                .formatted(folder.relativize(missing), folder, bytes),
            "Wrong length of file %s in %s: it has %s bytes, and the manifest of run 'run' says %s; restore it from a backup"
                .formatted(folder.relativize(cut), folder, whole.length - 7, whole.length),
            "Extra file files/run_id=run/part-other.parquet in %s: the manifest of run 'run' does not list these 4 bytes, but readers of the whole table read them; remove it\n"
                .formatted(folder),
            "Damaged file %s in %s: its last bytes, from %s on, are 00 00 00 00 00 00 00 00 and no footer of a Parquet file; restore it"
                .formatted(folder.relativize(zeros), folder, Files.size(zeros) - 8),
            "; not verified\n");
  }

  @Test
  @DisplayName("O20: a manifest that is gone, cut or of another version; a verdict that was edited")
  void manifestsThatAreNotWhatTheyWere() throws Exception {
    Path verdict = folder.resolve("_runs/run/verdict.json");
    Files.writeString(
        verdict, Files.readString(verdict).replace("\"exit_code\" : ", "\"exit_code\" : 1"));
    assertThat(faults())
        .contains("Changed file " + folder + "/_runs/run/verdict.json: it is not the verdict '");
    Files.delete(verdict);
    assertThat(faults())
        .contains("Missing file " + folder + "/_runs/run/verdict.json: the run 'run' is published");
    Path manifest = folder.resolve("_runs/run/manifest.json");
    String text = Files.readString(manifest);
    Files.writeString(
        manifest, text.replaceFirst("\"contract_version\" : 1", "\"contract_version\" : 99"));
    assertThat(faults())
        .contains("Cannot read run 'run' in " + folder + ": its tables are of version 99");
    Files.writeString(manifest, text.substring(0, 100));
    assertThat(faults())
        .contains(
            "Damaged file "
                + folder
                + "/_runs/run/manifest.json: its 100 bytes are not the JSON that was written (",
            "); restore it from a backup, or audit again under another id");
    ChildProcess.Ended gate = InProcess.run("gate", "" + folder);
    assertThat(gate.exitCode()).as(gate.err()).isEqualTo(13);
    Files.delete(manifest);
    assertThat(faults()).contains("No run 'run' in " + folder + ": its manifest.json is missing");
  }

  private List<String> ofRows(Path report, String run) throws IOException {
    return StoredDigests.faults(
        LocalSpark.session(), Verification.of("" + report, run, Storages.local()));
  }

  /** Both with the length the manifest has, so that only the rows can tell. */
  @Test
  @Tag("full")
  @DisplayName("O20: edited rows have another digest, a broken page or footer names its file")
  void rowsThatAreNotWhatTheyWere() throws Exception {
    assertThat(ofRows(folder, "run")).isEmpty();
    Path part = folder.resolve(part("tensors"));
    replaceByEdited(part);
    assertThat(ofRows(folder, "run"))
        .singleElement()
        .asString()
        .startsWith(
            "Changed rows in table tensors of run 'run' in " + folder + ": their digest is ")
        .endsWith("; restore the files from a backup, or audit again under another id");
    Path broken = folder.resolve(part("conversions"));
    byte[] bytes = Files.readAllBytes(broken);
    java.util.Arrays.fill(bytes, bytes.length - 200, bytes.length - 8, (byte) 0xFF);
    Files.write(broken, bytes);
    assertThat(ofRows(folder, "run"))
        .anySatisfy(
            fault ->
                assertThat(fault)
                    .startsWith("Damaged file ")
                    .contains(broken.getFileName() + " of run 'run': its rows cannot be read ("));
  }

  /** The command itself, which starts Spark. */
  private ChildProcess.Ended verifyRows() {
    LocalSpark.stop();
    return InProcess.run("verify", "" + folder, "--master", "local[2]");
  }

  @Test
  @Tag("full")
  @DisplayName("O20: verify without --quick reads the rows: 0 as published, 13 once edited")
  void theCommandReadsTheRows() throws Exception {
    ChildProcess.Ended whole = verifyRows();
    assertThat(whole.exitCode()).as(whole.out() + whole.err()).isZero();
    assertThat(whole.out())
        .matches(
            "run: 9 tables, [0-9,]+ files, [0-9,]+ bytes; all rows are those that were published\n");
    replaceByEdited(folder.resolve(part("tensors")));
    ChildProcess.Ended edited = verifyRows();
    assertThat(edited.exitCode()).as(edited.out() + edited.err()).isEqualTo(13);
    assertThat(edited.out())
        .startsWith(
            "Changed rows in table tensors of run 'run' in " + folder + ": their digest is ")
        .contains("; restore the files from a backup, or audit again under another id\n")
        .endsWith("; not verified\n");
  }

  private void replaceByEdited(Path part) throws IOException {
    Path edited = folder.resolve("edited");
    LocalSpark.session()
        .read()
        .parquet(part.toString())
        .withColumn("abs_max", functions.lit(1.0))
        .coalesce(1)
        .write()
        .parquet(edited.toString());
    long before = Files.size(part);
    try (var files = Files.list(edited)) {
      Path file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.move(file, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Path manifest = folder.resolve("_runs/run/manifest.json");
    String listed = folder.relativize(part) + "\",\n";
    String text = Files.readString(manifest);
    assertThat(text).contains(listed);
    int at = text.indexOf(listed);
    Files.writeString(
        manifest,
        text.substring(0, at)
            + text.substring(at)
                .replaceFirst("\"bytes\" : " + before, "\"bytes\" : " + Files.size(part)));
  }

  @Test
  @Tag("full")
  @DisplayName("O20: stored rows of every table have the digests that were published")
  void digestsOfAllTables() throws Exception {
    Path report = folder.resolve("more");
    Audits.audits()
        .run(
            report,
            Fixtures.path("llama-hf-broken-bf16").toString(),
            Fixtures.path("llama-hf-bf16").toString(),
            Fixtures.path("llama-hf-tampered").toString(),
            Fixtures.path("llama-fp32-master").toString());
    assertThat(ofRows(report, "run")).isEmpty();
    Storages storages = Storages.local();
    ComparisonRequest request =
        new ComparisonRequest(
            report + "@run/llama-hf-bf16",
            report + "@run/llama-hf-tampered",
            report.toString(),
            "compared",
            Verdict.FailOn.ERROR,
            Policy.DEFAULT,
            GivenNames.NONE,
            ComparedValues.NONE,
            PlanSettings.DEFAULT_SPLIT,
            new KernelConversions(),
            Map.of());
    ComparisonJob.run(
        LocalSpark.session(),
        storages,
        request,
        StoredRunName.of(request.left(), storages).orElseThrow(),
        StoredRunName.of(request.right(), storages).orElseThrow(),
        null);
    assertThat(ofRows(report, "compared")).isEmpty();
  }
}
