package io.ckptaudit.job.checkpoint;

import java.util.List;

/**
 * What can be wrong with the files of a checkpoint: {@code ST_*} of a safetensors file, {@code
 * IX_*} of a set of shards, {@code SET_*} of shards with parts of tensors, {@code ZIP*} of a zip
 * archive, {@code PKL_*} of a pickle, {@code PT_*} of the PyTorch file in them, {@code LEG_*} of
 * one from before PyTorch 1.6, {@code CHECKSUM_*} of what is promised of files, {@code IO_*} of
 * files that cannot be opened. The action of a single problem may say more than that of its rule.
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
  IX_TWINS(
      List.of(Severity.WARNING),
      "a folder has weights in two formats that differ in names or shapes",
      Todo.TWINS),
  IX_BESIDE(
      List.of(Severity.INFO),
      "a file that training leaves is beside the weights: a pickle, which is not read",
      Todo.BESIDE),
  IX_LIMIT("the tensors of a checkpoint have more than 2^53 bytes together", Todo.DISTRUST),
  SET_GAP(
      "the file of a model-parallel rank is missing, or it is not clear which it is; or slices of a"
          + " tensor are",
      Todo.RANKS),
  SET_MISMATCH(
      "ranks disagree on the tensors, on the dtype or shape of one, or have the same elements of it",
      Todo.RANKS),
  SET_REPLICA_DIFF(
      "a tensor of which every rank has a copy is not the same in all of them", Todo.RANKS),
  SET_OFFSETS(
      List.of(Severity.ERROR, Severity.WARNING),
      "where in its tensor a slice of a distributed checkpoint (DCP) begins is not stated, or"
          + " cannot be",
      Todo.RANKS),
  SET_LAYOUT(
      List.of(Severity.INFO),
      "how the parts of a tensor go together is not known; they are counted one after the other",
      Todo.CONVERT),
  SET_PARAMS(
      List.of(Severity.ERROR, Severity.WARNING),
      "params.json cannot be read, or says other numbers than the shapes; that there is none is a"
          + " warning",
      Todo.RANKS),
  SET_CHECKLIST(
      List.of(Severity.WARNING),
      "checklist.chk cannot be read, names a file that is not there, or leaves out a rank",
      Todo.RANKS),
  NOT_DOWNLOADED(
      "a pointer, an empty file or an interrupted download stands in place of weights",
      Todo.DOWNLOAD,
      "VeritasPP#2"),
  NOT_A_CHECKPOINT("another kind of file stands in place of weights", Todo.DOWNLOAD),
  UNSUPPORTED_FORMAT(true, "the file is of a format that is not read", Todo.CONVERT),
  ZIP_TRUNCATED(
      "the archive is cut off, or its directory is not where it should be", Todo.DOWNLOAD),
  ZIP64("a 64-bit number of the archive is missing or contradicts its 32-bit twin", Todo.RESAVE),
  ZIP_INCONSISTENT(
      "directory and members of the archive contradict each other, or members overlap",
      Todo.DISTRUST),
  ZIP_AMBIGUOUS("two members of the archive have the same name, case aside", Todo.DISTRUST),
  ZIP_FLAGS("a member of the archive is encrypted or patched", Todo.RESAVE),
  ZIP_POLYGLOT("bytes before, behind or between the members belong to none", Todo.DISTRUST),
  UNSAFE_GLOBAL(
      "the pickle names a function or class that is not known to be harmless; loading it may run"
          + " anything",
      Todo.DISTRUST),
  NONDEFAULT_PROTOCOL(
      "the pickle is of a protocol that torch does not write and its strict reader refuses",
      Todo.RESAVE),
  PKL_OPCODE("the pickle has an opcode that is never executed", Todo.DISTRUST),
  PKL_CORRUPT("the pickle cannot be read", Todo.DOWNLOAD),
  PKL_LIMIT("the pickle has more values or depth than are held", Todo.DISTRUST),
  PKL_TRAILING("bytes follow the end of the pickle", Todo.DISTRUST),
  UNREFERENCED_MEMBER("a member of the archive is no part of the checkpoint", Todo.DISTRUST),
  PT_LAYOUT("the names in the archive are not those of one PyTorch file", Todo.DISTRUST),
  PT_VERSION("the version of the file is missing or unknown", Todo.RESAVE),
  PT_BYTEORDER(
      List.of(Severity.ERROR, Severity.INFO),
      "the byte order is unknown; big-endian is a note",
      Todo.RESAVE),
  PT_COMPRESSED("a member is compressed; weights that are cannot be read in ranges", Todo.RESAVE),
  PT_CRC(
      List.of(Severity.ERROR, Severity.INFO),
      "the bytes have another CRC-32 than the archive records; that none is recorded is a note",
      Todo.DOWNLOAD),
  PT_DUPLICATE_KEY("a state dict has a key twice, or two tensors have one name", Todo.RESAVE),
  PT_MISSING_STORAGE("a tensor refers to a storage that is not there", Todo.DOWNLOAD),
  PT_STORAGE_SIZE("a storage is larger or smaller than the tensors say", Todo.DISTRUST),
  PT_STORAGE_ALIAS("two tensors disagree on dtype or size of their storage", Todo.DISTRUST),
  PT_VIEW_BOUNDS(
      "a tensor reaches beyond its storage, or overlaps others so often that it is not read",
      Todo.DISTRUST),
  PT_VIEW(
      List.of(Severity.INFO),
      "the elements of a tensor repeat or overlap in its storage",
      Todo.CLONE),
  PT_STORAGE_WASTE(List.of(Severity.INFO), "most of a storage belongs to no tensor", Todo.CLONE),
  PT_UNSUPPORTED(
      List.of(Severity.INFO), "a tensor is of a kind that has no table of values", Todo.CONVERT),
  LEG_HEADER("the first pickles are not those of a file from before PyTorch 1.6", Todo.DOWNLOAD),
  LEG_STORAGE("a storage states another number of elements than the tensors say", Todo.DISTRUST),
  LEG_TRUNCATED("the file ends before its storages do", Todo.DOWNLOAD),
  LEG_TRAILING(List.of(Severity.WARNING), "bytes follow the last storage", Todo.DISTRUST),
  CHECKSUM_MISMATCH(
      "a file has another checksum or length than the repository promises",
      Todo.DOWNLOAD,
      "1bit-MONSTER#2574",
      "huggingface_hub#3298"),
  CHECKSUM_PROMISE(
      List.of(Severity.WARNING), "what promises checksums cannot be understood", Todo.SUMS),
  CHECKSUM_ABSENT(
      List.of(Severity.WARNING),
      "a checksum is promised of a file of weights that is not there",
      Todo.ABSENT),
  CHECKSUM_UNPROMISED(
      List.of(Severity.INFO), "nothing promises a checksum of the file", Todo.COMPARE),
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
    static final String RESAVE = "save the weights again with a current torch, or as safetensors";
    static final String DISTRUST = "do not load the file; get it from a source you trust";
    static final String CONVERT = "convert the file to safetensors where it came from";
    static final String CLONE = "clone the tensor before saving, if that was not meant";
    static final String INDEX = "write the index again from the shards it should name";
    static final String RANKS = "download all files of the model again from one source";
    static final String TWINS = "remove the files that are out of date";
    static final String BESIDE = "audit it by its own name before you load it";
    static final String SUMS = "get the checksums again from their source";
    static final String ABSENT = "download the file, if it belongs to the checkpoint";
    static final String COMPARE = "compare its sha256 in the table files with its source";
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
