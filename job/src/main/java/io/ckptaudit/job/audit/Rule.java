package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.Severity;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What the audit looks for in the values of a checkpoint, and in what its headers say of them: id,
 * severity, and what to do about it. The rules of files are those of {@link
 * io.ckptaudit.job.checkpoint.FormatRule}.
 */
public enum Rule implements FindingRule {
  NON_FINITE(
      Severity.ERROR,
      "NaN or ±infinity among the values; index in the tensor and offset are of the first, where the"
          + " elements are in the order of the tensor",
      "nan pos_inf neg_inf elements first_index?",
      "restore the tensor from the original, or find the step that broke it",
      "CT-CIG#3",
      "TensorRT-Model-Connect#669"),
  MASK_INFINITE(
      Severity.INFO,
      "a tensor named a mask holds -infinity, and nothing else that is not finite",
      "neg_inf elements",
      "nothing, if it is an attention mask"),
  OVERFLOW_DECLARED(
      Severity.ERROR,
      "values beyond the largest finite one of the dtype that config.json declares",
      "target overflow",
      "load the model in its stored dtype, or correct the declared one in config.json",
      "llama.cpp#13722",
      "transformers#36822",
      "transformers#5651"),
  OVERFLOW_REQUIRED(
      Severity.ERROR,
      "the same for a required target",
      "target overflow",
      "do not convert this tensor to the required target unscaled",
      "llama.cpp#18145",
      "transformers#9295"),
  OVERFLOW_TARGET(
      Severity.INFO,
      "a what-if cast would overflow: per checkpoint and target, with the worst tensors",
      "target overflow worst",
      "look up the tensors in the table conversions; scale them or keep them wider",
      "TensorRT#2600",
      "candle#2480"),
  UNDERFLOW_DECLARED(
      Severity.WARNING,
      "more non-zero values than underflow_share would become zero in the declared dtype",
      "target underflow share",
      "load the model in its stored dtype, or correct the declared one in config.json",
      "saxml#28"),
  UNDERFLOW_REQUIRED(
      Severity.WARNING,
      "the same for a required target",
      "target underflow share",
      "scale the tensor up before a conversion to the required target, or keep it wider",
      "TensorRT#2585"),
  UNDERFLOW_TARGET(
      Severity.INFO,
      "the same for a what-if cast to 16 or more bits: per checkpoint and target, with the worst"
          + " tensors",
      "target underflow worst",
      "look up the tensors in the table conversions; scale them or keep them wider",
      "TensorRT#3101"),
  SUBNORMAL_DECLARED(
      Severity.WARNING,
      "more values than subnormal_share are subnormal in the declared dtype: they lose bits, and"
          + " some hardware flushes them",
      "target subnormal share",
      "load the model in its stored dtype, or look for a wider original",
      "llama.cpp#8147"),
  SUBNORMAL_REQUIRED(
      Severity.WARNING,
      "the same for a required target",
      "target subnormal share",
      "scale the tensor up before a conversion to the required target, or keep it wider",
      "TensorRT#3257"),
  DTYPE_DECLARED(
      Severity.WARNING,
      "most values (of more than 8 bits) are stored as another dtype than config.json declares",
      "declared stored elements",
      "correct the declared dtype in config.json, or ask how the weights were cast",
      "transformers#29955",
      "transformers#31861",
      "torchtitan#4166"),
  PRECISION_ROLE(
      Severity.WARNING,
      "a tensor of a role that is computed in F32 (fp32_tensors of the policy) is stored narrower,"
          + " or as F32 that holds only values of a 16-bit dtype",
      "dtype holds pattern elements",
      "take the tensor from an F32 original; a loader cannot restore what the cast dropped",
      "sglang#31213",
      "transformers#46167",
      "Automodel#2484"),
  DISTINCT_COLLAPSE(
      Severity.WARNING,
      "a tensor of 64 to 65,536 values of a 16-bit dtype spans few of its codes and uses at least"
          + " half of them: the differences between the values are of the size of the rounding"
          + " (not: norms, scales)",
      "distinct_codes codes_in_range elements min max",
      "take the tensor from a wider original, or keep it in F32",
      "sglang#31213",
      "vllm#23640"),
  WIDER_THAN_NEEDED(
      Severity.INFO,
      "values are stored wider than the narrowest dtype that holds them all: per checkpoint and"
          + " dtype, from wasted_share of its bytes on",
      "stored narrowest tensors bytes_wasted share",
      "store the tensors narrower, or look for the original if more bits were promised",
      "transformers#33780",
      "posttrainarena#9",
      "verl#296"),
  TIED_WEIGHTS(
      Severity.WARNING,
      "config.json says that embedding and head are tied and they differ, or that they are not and"
          + " they are the same",
      "tie_word_embeddings embed head equal",
      "correct tie_word_embeddings in config.json, or restore the right tensor",
      "transformers#42612",
      "vllm#51063",
      "Automodel#2511"),
  EMPTY_TENSOR(
      Severity.ERROR,
      "a weight has a dimension of zero",
      "shape role",
      "export the weights again: gather the partitions before saving",
      "PhysRAG#3",
      "transformers#20082"),
  ALL_ZERO_MATRIX(
      Severity.ERROR,
      "every value of a matrix is zero (not: biases, norms, scales)",
      "value elements",
      "check that the tensor was written at all and trained",
      "VeritasPP#2"),
  CONSTANT_MATRIX(
      Severity.WARNING,
      "every value of a matrix is the same, and not zero",
      "value elements",
      "check that the tensor was initialised and trained"),
  CONSTANT_VECTOR(
      Severity.INFO,
      "the same for a vector, a bias, a norm or a scale",
      "value elements",
      "nothing, if the tensor is meant to be constant"),
  DEAD_EXPERT(
      Severity.WARNING,
      "the largest magnitude in an expert's matrix is below dead_expert_ratio of the median of its"
          + " siblings in the layer, in a tensor each or fused into one of three dimensions",
      "expert abs_max siblings_median siblings",
      "check that the expert was written and trained"),
  EMBEDDING_ROWS_EMPTY(
      Severity.INFO,
      "rows of an embedding or head are all zero, or below empty_row_ratio of the median row's"
          + " largest magnitude: padding, reserved or untrained tokens",
      "zero_rows tiny_rows rows median offsets",
      "nothing, if nobody uses these tokens; else initialise their rows before a fine-tuning",
      "Automodel#3175",
      "unsloth-zoo#1237"),
  EMBEDDING_ROWS_FAR(
      Severity.WARNING,
      "rows of an embedding or head have magnitudes beyond far_row_ratio times the median row's"
          + " largest (rows that are not finite are left to NON_FINITE)",
      "far_rows rows largest median offsets",
      "compare these rows with the original; tokens added later may need to be initialised again",
      "Automodel#3175"),
  PASSED_THROUGH_F16(
      Severity.WARNING,
      "BF16 values that once were F16: what F16 cannot hold is missing where it must be expected",
      "stored through expected_off_lattice seen_off_lattice",
      "look for the original: what F16 cannot hold was rounded, flushed or clipped on the way",
      "transformers#25446",
      "saxml#28"),
  PASSED_THROUGH_BF16(
      Severity.WARNING,
      "F16 values that once were BF16",
      "stored through expected_off_lattice seen_off_lattice",
      "look for the BF16 original: values below 2^-17 may have been rounded on the way",
      "transformers#25446");

  private final Severity severity;
  private final String meaning;
  private final List<String> evidence;
  private final String action;
  private final List<String> incidents;

  Rule(Severity severity, String meaning, String evidence, String action, String... incidents) {
    this.severity = severity;
    this.meaning = meaning;
    this.evidence = List.of(evidence.split(" ", -1));
    this.action = action;
    this.incidents = List.of(incidents);
  }

  /** How much a finding of this rule matters where no policy says otherwise. */
  public Severity severity() {
    return severity;
  }

  @Override
  public List<Severity> severities() {
    return List.of(severity);
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public List<String> evidence() {
    return evidence;
  }

  @Override
  public String action() {
    return action;
  }

  @Override
  public List<String> incidents() {
    return incidents;
  }

  /** Rules about values speak of what was read. */
  @Override
  public boolean isIncomplete() {
    return false;
  }

  /** A finding about a whole checkpoint. */
  Finding ofModel(int checkpoint, String message, LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        checkpoint,
        name(),
        severity,
        isIncomplete(),
        null,
        null,
        null,
        message + "; " + action,
        evidence,
        action);
  }

  /** A finding about a tensor compared with others; the message has its place already. */
  Finding ofNamed(
      TensorSubject subject, String message, LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        subject.checkpoint(),
        name(),
        severity,
        isIncomplete(),
        subject.firstShard(),
        subject.entry().name(),
        subject.firstOffset(),
        message + "; " + action,
        evidence,
        action);
  }

  /** A finding about one tensor; the message gets its place appended. */
  Finding ofTensor(
      TensorSubject subject, String message, LinkedHashMap<String, Serializable> evidence) {
    return ofNamed(subject, message + " in " + subject.place(), evidence);
  }

  /** A finding about an element of a tensor, or what begins there; its place is appended. */
  Finding ofElement(
      TensorSubject subject,
      long element,
      String message,
      LinkedHashMap<String, Serializable> evidence) {
    TensorSubject.ElementPlace place = subject.at(element);
    return new Finding(
        subject.checkpoint(),
        name(),
        severity,
        isIncomplete(),
        place.file(),
        subject.entry().name(),
        place.offset(),
        message + " in " + subject.place(place) + "; " + action,
        evidence,
        action);
  }

  /** Evidence from names and values in turn. */
  static LinkedHashMap<String, Serializable> evidence(Object... namesAndValues) {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      evidence.put((String) namesAndValues[i], (Serializable) namesAndValues[i + 1]);
    }
    return evidence;
  }
}
