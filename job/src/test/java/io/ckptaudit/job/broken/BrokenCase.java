package io.ckptaudit.job.broken;

import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One way in which a checkpoint can be broken, what must be found, and the same repaired. */
final class BrokenCase {

  /** The file that is broken, unless the case makes a folder of its own. */
  static final String BAD = "bad.safetensors";

  /** The tensor of the healthy file beside it. */
  static final String SOUND = "sound.weight";

  /** Makes the files of a checkpoint. */
  interface Content {
    void write(Path folder) throws IOException;
  }

  /** A finding that must be there, whole. */
  record Expected(
      FindingRule rule,
      Severity severity,
      String file,
      String tensor,
      Long offset,
      String reference,
      String message) {}

  final String name;
  private Content broken;
  private Content repaired;
  private final List<Expected> findings = new ArrayList<>();
  private final List<String> audited = new ArrayList<>();
  private int exitCode = 10;
  private boolean ofValues;
  private CheckpointReader reader = new SafetensorsReader();

  private BrokenCase(String name) {
    this.name = name;
  }

  /**
   * @param name the row of the plan, then the variant: the name of the checkpoint
   */
  static BrokenCase of(String name) {
    return new BrokenCase(name);
  }

  /** The healthy tensor as every case has it. */
  static SafetensorsBytes sound() {
    return SafetensorsBytes.file()
        .tensor(SOUND, "BF16", (short) 0x3F80, (short) 0x4000, (short) 0xC040, (short) 0x3F00);
  }

  BrokenCase file(byte[] bytes) {
    return folder(besideSound(bytes));
  }

  BrokenCase file(SafetensorsBytes bytes) {
    return file(bytes.bytes());
  }

  BrokenCase repairedFile(SafetensorsBytes bytes) {
    return repairedFolder(besideSound(bytes.bytes()));
  }

  private static Content besideSound(byte[] bytes) {
    return folder -> {
      Files.write(folder.resolve(BAD), bytes);
      sound().write(folder.resolve("sound.safetensors"));
    };
  }

  BrokenCase folder(Content files) {
    broken = files;
    return this;
  }

  BrokenCase repairedFolder(Content files) {
    repaired = files;
    return this;
  }

  BrokenCase finds(FindingRule rule, long at, String reference, String message) {
    return expect(rule, Severity.ERROR, at, reference, message);
  }

  BrokenCase warns(FindingRule rule, long at, String reference, String message) {
    return expect(rule, Severity.WARNING, at, reference, message).exits(0);
  }

  BrokenCase notes(FindingRule rule, long at, String reference, String message) {
    return expect(rule, Severity.INFO, at, reference, message).exits(0);
  }

  private BrokenCase expect(
      FindingRule rule, Severity severity, Long at, String reference, String message) {
    findings.add(new Expected(rule, severity, BAD, null, at, reference, message));
    return this;
  }

  /** A finding about a set of files, which has no offset. */
  BrokenCase findsIn(String file, FindingRule rule, String reference, String message) {
    findings.add(new Expected(rule, Severity.ERROR, file, null, null, reference, message));
    return this;
  }

  /** The same, at a byte of the file. */
  BrokenCase findsIn(String file, long at, FindingRule rule, String reference, String message) {
    findings.add(new Expected(rule, Severity.ERROR, file, null, at, reference, message));
    return this;
  }

  /** The same as a warning, at a byte of the file. */
  BrokenCase warnsIn(String file, long at, FindingRule rule, String reference, String message) {
    findings.add(new Expected(rule, Severity.WARNING, file, null, at, reference, message));
    return exits(0);
  }

  /** The same without an offset. */
  BrokenCase warnsIn(String file, FindingRule rule, String reference, String message) {
    findings.add(new Expected(rule, Severity.WARNING, file, null, null, reference, message));
    return exits(0);
  }

  /** The file of the last finding, if it is another than {@link #BAD}. */
  BrokenCase in(String file) {
    Expected last = findings.remove(findings.size() - 1);
    findings.add(
        new Expected(
            last.rule,
            last.severity,
            file,
            last.tensor,
            last.offset,
            last.reference,
            last.message));
    return this;
  }

  /** The tensor of the last finding. */
  BrokenCase tensor(String tensor) {
    Expected last = findings.remove(findings.size() - 1);
    findings.add(
        new Expected(
            last.rule,
            last.severity,
            last.file,
            tensor,
            last.offset,
            last.reference,
            last.message));
    return this;
  }

  /** Tensors that are audited all the same, besides the healthy one. */
  BrokenCase audits(String... tensors) {
    audited.addAll(List.of(tensors));
    return this;
  }

  BrokenCase exits(int code) {
    exitCode = code;
    return this;
  }

  /** What is found is in the values, which a look at headers does not see. */
  BrokenCase ofValues() {
    ofValues = true;
    return this;
  }

  /** Of another format than safetensors. */
  BrokenCase readBy(CheckpointReader other) {
    reader = other;
    return this;
  }

  CheckpointReader reader() {
    return reader;
  }

  void writeBroken(Path folder) throws IOException {
    broken.write(Files.createDirectories(folder));
  }

  /** A case that is accepted as it is needs no repair. */
  void writeRepaired(Path folder) throws IOException {
    (repaired == null ? broken : repaired).write(Files.createDirectories(folder));
  }

  List<Expected> findings() {
    return findings;
  }

  List<String> audited() {
    return audited;
  }

  int exitCode() {
    return exitCode;
  }

  boolean isOfValues() {
    return ofValues;
  }

  boolean needsRepair() {
    return repaired != null;
  }

  @Override
  public String toString() {
    return name;
  }

  /** All cases, by name. */
  static Map<String, BrokenCase> all() {
    Map<String, BrokenCase> all = new TreeMap<>();
    for (List<BrokenCase> cases :
        List.of(
            HeaderCases.all(),
            EntryCases.all(),
            LayoutCases.all(),
            NameCases.all(),
            IndexCases.all(),
            StandInCases.all(),
            LinkCases.all(),
            MetaCases.all(),
            DcpCases.all())) {
      for (BrokenCase one : cases) {
        if (all.put(one.name, one) != null) {
          throw new IllegalStateException("Two cases are named " + one.name);
        }
      }
    }
    return all;
  }
}
