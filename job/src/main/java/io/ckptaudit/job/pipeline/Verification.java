package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.Manifest.PartFile;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.report.Table;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds the files of a published run against its manifest: whether all are there, no others, whole,
 * and begin and end as Parquet does. Loads no class of Spark; {@link StoredDigests} looks at the
 * rows.
 */
public final class Verification {

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final String RESTORE = "restore it from a backup, or audit again under another id";

  private final RunFolder run;
  private final Manifest manifest;
  private final Storage storage;
  private final List<String> faults = new ArrayList<>();
  private final Set<String> faultyTables = new TreeSet<>();

  private Verification(RunFolder run) throws IOException {
    this.run = run;
    this.manifest = run.knownManifest();
    this.storage = run.storage();
  }

  /**
   * Looks at the files of a run.
   *
   * @param runId null for the latest
   * @throws FileNotFoundException if there is no such run
   * @throws DamagedReportException if it has no manifest that can be read
   */
  public static Verification of(String report, String runId, Storages storages) throws IOException {
    Verification verification = new Verification(RunFolder.existing(report, runId, storages));
    verification.verifyVerdict();
    for (String table : verification.manifest.tables().keySet()) {
      verification.verify(table);
    }
    return verification;
  }

  private void verifyVerdict() throws IOException {
    String uri = run.file(RunFolder.VERDICT);
    if (!storage.exists(uri)) {
      faults.add(
          "Missing file %s: the run '%s' is published without it; run the same id again to have it written"
              .formatted(uri, run.runId()));
    } else if (!Arrays.equals(
        storage.readAll(uri, RunFolder.JSON_LIMIT), ReportJson.write(manifest.verdict()))) {
      faults.add(
          "Changed file %s: it is not the verdict '%s' that the manifest of run '%s' holds; remove it and run the same id again"
              .formatted(uri, manifest.verdict().verdict(), run.runId()));
    }
  }

  private void verify(String table) throws IOException {
    int before = faults.size();
    Set<String> names = new HashSet<>();
    for (PartFile part : manifest.tables().get(table).files()) {
      names.add(part.path());
      verify(part);
    }
    if (storage.exists(run.tableUri(table))) {
      for (FileEntry file : storage.list(run.tableUri(table))) {
        String path = table + "/" + run.partition() + "/" + file.name();
        if (!names.contains(path) && !file.name().startsWith("_") && !file.name().startsWith(".")) {
          faults.add(
              "Extra file %s in %s: the manifest of run '%s' does not list these %s bytes, but readers of the whole table read them; remove it"
                  .formatted(path, run.report(), run.runId(), file.length()));
        }
      }
    }
    if (faults.size() > before) {
      faultyTables.add(table);
    }
  }

  private void verify(PartFile part) throws IOException {
    FileEntry file;
    try {
      file = storage.stat(run.report() + "/" + part.path());
    } catch (FileNotFoundException e) {
      faults.add(
          "Missing file %s in %s: the manifest of run '%s' lists it with %s bytes; %s"
              .formatted(part.path(), run.report(), run.runId(), part.bytes(), RESTORE));
      return;
    }
    if (file.length() != part.bytes()) {
      faults.add(
          "Wrong length of file %s in %s: it has %s bytes, and the manifest of run '%s' says %s; %s"
              .formatted(
                  part.path(), run.report(), file.length(), run.runId(), part.bytes(), RESTORE));
      return;
    }
    verifyFooter(part, file);
  }

  /**
   * Parquet begins and ends with its name, and has the length of its footer before the last one.
   */
  private void verifyFooter(PartFile part, FileEntry file) throws IOException {
    int ends = 2 * MAGIC.length;
    long footerAt = Math.max(0, file.length() - ends);
    ByteBuffer first = ByteBuffer.allocate(MAGIC.length);
    ByteBuffer last = ByteBuffer.allocate((int) Math.min(ends, file.length()));
    try (RangeReader reader = storage.open(file, ReadPolicy.RANDOM)) {
      reader.readFully(footerAt, last);
      if (file.length() >= ends) {
        reader.readFully(0, first);
      }
    }
    byte[] end = last.array();
    boolean whole =
        file.length() > ends
            && Arrays.equals(first.array(), MAGIC)
            && Arrays.equals(Arrays.copyOfRange(end, MAGIC.length, ends), MAGIC)
            && Integer.toUnsignedLong(Integer.reverseBytes(ByteBuffer.wrap(end).getInt()))
                < file.length() - ends;
    if (!whole) {
      faults.add(
          "Damaged file %s in %s: its last bytes, from %s on, are %s and no footer of a Parquet file; %s"
              .formatted(part.path(), run.report(), footerAt, hex(end), RESTORE));
    }
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
  }

  /** Sentences; none if the run is as it was published. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /** What was looked at, in a line. */
  public String summary() {
    long files = 0;
    long bytes = 0;
    for (Manifest.TableManifest table : manifest.tables().values()) {
      files += table.files().size();
      bytes += table.files().stream().mapToLong(PartFile::bytes).sum();
    }
    return String.format(
        Locale.ROOT,
        "%s: %d tables, %,d files, %,d bytes",
        run.runId(),
        manifest.tables().size(),
        files,
        bytes);
  }

  RunFolder run() {
    return run;
  }

  Manifest manifest() {
    return manifest;
  }

  /** Whether the files of a table are as they were published. */
  boolean isWhole(Table table) {
    return !faultyTables.contains(table.folder());
  }
}
