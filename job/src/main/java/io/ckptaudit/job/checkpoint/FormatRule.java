package io.ckptaudit.job.checkpoint;

import java.util.List;

/**
 * What can be wrong with the files of a checkpoint: {@code ST_*} of a safetensors file, {@code
 * IX_*} of a set of shards, {@code IO_*} of files that cannot be opened. The action of a single
 * problem may say more than that of its rule.
 */
public enum FormatRule implements FindingRule {
  ST_HEADER_SHORT("the file is too short to hold the length of a header", Todo.DOWNLOAD),
  ST_HEADER_LENGTH(
      "the header is longer than the file or than the limit of the format", Todo.DOWNLOAD),
  ST_HEADER_ENCODING("the header is not UTF-8", Todo.REWRITE),
  ST_HEADER_JSON(
      List.of(Severity.ERROR, Severity.INFO),
      "the header is not one JSON object; white space before it is a note",
      Todo.REWRITE,
      "VeritasPP#2"),
  ST_DUPLICATE_KEY("the header has a key twice", Todo.REWRITE),
  ST_METADATA(
      List.of(Severity.ERROR, Severity.INFO),
      "the metadata is not a map of strings; null is a note",
      Todo.REWRITE),
  ST_ENTRY(
      List.of(Severity.ERROR, Severity.WARNING),
      "the entry of a tensor lacks a field or has one of the wrong kind; an unknown field is a"
          + " warning",
      Todo.REWRITE),
  ST_NUMBER(
      List.of(Severity.ERROR, Severity.INFO),
      "a dimension or offset is not an integer from 0 to 2^64-1; a dimension of an empty tensor"
          + " that no table can hold is a note",
      Todo.REWRITE),
  ST_DTYPE("the dtype of a tensor is unknown", Todo.REWRITE),
  ST_NAME(
      List.of(Severity.WARNING),
      "the name of a tensor is empty, very long, looks like a path or has characters that do not"
          + " print",
      Todo.REWRITE),
  ST_OVERFLOW("a shape has more elements or bytes than 2^64-1", Todo.REWRITE),
  ST_SIZE(
      "offsets are reversed, or span another number of bytes than shape and dtype take",
      Todo.REWRITE,
      "runai-streamer#121"),
  ST_SUBBYTE("a tensor of 4- or 6-bit elements is no whole number of bytes", Todo.REWRITE),
  ST_OVERLAP("two tensors claim the same bytes", Todo.REWRITE),
  ST_HOLE("bytes between tensors belong to none", Todo.REWRITE),
  ST_TRAILING("bytes follow the last tensor", Todo.REWRITE, "ComfyUI#15602", "aprender#2055"),
  ST_TRUNCATED(
      "the file ends before its tensors do", Todo.DOWNLOAD, "microsoft/BitNet#608", "vllm#53537"),
  IX_PATH_ESCAPE("a shard's name or link leads out of the checkpoint", Todo.INDEX),
  IX_MISSING_SHARD(
      "the index names a shard that is not there",
      Todo.DOWNLOAD,
      "sglang#32279",
      "sglang#26745",
      "club-3090#1042"),
  IX_ORPHAN(
      "a shard is there that the index does not name",
      Todo.INDEX,
      "CoSER#3",
      "sglang#35107",
      "colibri#1479"),
  IX_GAP("the numbers in the shards' names have gaps or disagree", Todo.DOWNLOAD, "sglang#32279"),
  IX_MISMATCH(
      "a tensor is not in the shard the index places it in, not in the index, or in two shards",
      Todo.INDEX,
      "huggingface_hub#4728",
      "mlx-vlm#1827",
      "vllm#54230",
      "sglang#35107"),
  IX_JSON("the index cannot be read", Todo.INDEX),
  IX_TOTAL_SIZE(
      List.of(Severity.WARNING), "the index states another number of bytes", Todo.INDEX, "CoSER#3"),
  NOT_DOWNLOADED(
      "a pointer, an empty file or an interrupted download stands in place of weights",
      Todo.DOWNLOAD,
      "VeritasPP#2"),
  NOT_A_CHECKPOINT("another kind of file stands in place of weights", Todo.DOWNLOAD),
  CONFIG_JSON(
      List.of(Severity.WARNING), "config.json cannot be read, so nothing is declared", Todo.CONFIG),
  IO_SYMLINK(true, "a link leads out of the checkpoint or nowhere", Todo.LINK),
  IO_NOT_REGULAR(true, "a pipe, device or folder stands in place of a file", Todo.LINK);

  private final List<Severity> severities;
  private final boolean incomplete;
  private final String meaning;
  private final String action;
  private final List<String> incidents;

  /** What to do, in general. */
  private static final class Todo {
    static final String DOWNLOAD = "download the file again from its source";
    static final String REWRITE = "write the file again with a current safetensors";
    static final String INDEX = "write the index again from the shards it should name";
    static final String CONFIG = "correct the file, or download it again";
    static final String LINK = "put the file itself there, or remove the entry";
  }

  FormatRule(String meaning, String action, String... incidents) {
    this(List.of(Severity.ERROR), false, meaning, action, incidents);
  }

  FormatRule(List<Severity> severities, String meaning, String action, String... incidents) {
    this(severities, false, meaning, action, incidents);
  }

  FormatRule(boolean incomplete, String meaning, String action) {
    this(List.of(Severity.ERROR), incomplete, meaning, action);
  }

  FormatRule(
      List<Severity> severities,
      boolean incomplete,
      String meaning,
      String action,
      String... incidents) {
    this.severities = severities;
    this.incomplete = incomplete;
    this.meaning = meaning;
    this.action = action;
    this.incidents = List.of(incidents);
  }

  @Override
  public List<Severity> severities() {
    return severities;
  }

  @Override
  public boolean isIncomplete() {
    return incomplete;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public List<String> evidence() {
    return List.of("reference_reader?");
  }

  @Override
  public String action() {
    return action;
  }

  @Override
  public List<String> incidents() {
    return incidents;
  }
}
