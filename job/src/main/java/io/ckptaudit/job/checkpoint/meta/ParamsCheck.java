package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds the sizes of params.json against the shapes of whole tensors. */
final class ParamsCheck {
  private static final String DIM = "dim";
  private static final String HEADS = "n_heads";
  private static final String KV_HEADS = "n_kv_heads";
  private static final String HEAD_DIM = "head_dim";
  private static final String LAYERS = "n_layers";
  private static final Pattern TENSOR =
      Pattern.compile(
          "(?:layers\\.\\d{1,9}\\.)?(?:attention\\.|feed_forward\\.)?"
              + "(tok_embeddings|output|norm|attention_norm|ffn_norm|w[qkvo123])\\.weight");
  private static final Pattern LAYER = Pattern.compile("layers\\.(\\d{1,9})\\..*", Pattern.DOTALL);

  private final Params params;
  private final Problems problems;
  private final Map<String, Mismatch> mismatches = new LinkedHashMap<>();

  /**
   * A number that follows from params.json.
   *
   * @param key that is to blame if it is wrong
   * @param number null if it is not stated
   */
  private record Size(String key, Long number) {}

  /** The first of several tensors that contradict one key. */
  private record Mismatch(String tensor, int axis, long stated, long found, int more) {}

  ParamsCheck(Params params, Problems problems) {
    this.params = params;
    this.problems = problems;
  }

  void verify(List<TensorEntry> tensors) {
    long layers = 0;
    for (TensorEntry tensor : tensors) {
      Matcher known = TENSOR.matcher(tensor.name());
      if (known.matches()) {
        verify(tensor, shape(known.group(1)));
      }
      Matcher layer = LAYER.matcher(tensor.name());
      if (layer.matches()) {
        layers = Math.max(layers, 1 + Long.parseLong(layer.group(1)));
      }
    }
    mismatches.forEach(this::report);
    Long stated = params.get(LAYERS);
    if (stated != null && stated != layers) {
      report(LAYERS, null, "it is " + stated + " and the tensors have " + layers + " layers");
    }
  }

  private void verify(TensorEntry tensor, List<Size> shape) {
    if (tensor.shape().size() != shape.size()) {
      return;
    }
    for (int axis = 0; axis < shape.size(); axis++) {
      Size size = shape.get(axis);
      long found = tensor.shape().get(axis);
      if (size.number() != null && size.number() != found) {
        Mismatch here = new Mismatch(tensor.name(), axis, size.number(), found, 0);
        mismatches.merge(
            size.key(),
            here,
            (a, b) -> new Mismatch(a.tensor, a.axis, a.stated, a.found, a.more + 1));
      }
    }
  }

  private List<Size> shape(String module) {
    Size dim = new Size(DIM, params.get(DIM));
    Size queries = new Size(HEADS, ofHeads(HEADS));
    Size keys = params.get(KV_HEADS) == null ? queries : new Size(KV_HEADS, ofHeads(KV_HEADS));
    Size hidden = new Size("hidden_dim", params.get("hidden_dim"));
    return switch (module) {
      case "tok_embeddings", "output" ->
          List.of(new Size("vocab_size", params.get("vocab_size")), dim);
      case "wq" -> List.of(queries, dim);
      case "wk", "wv" -> List.of(keys, dim);
      case "wo" -> List.of(dim, queries);
      case "w1", "w3" -> List.of(hidden, dim);
      case "w2" -> List.of(dim, hidden);
      default -> List.of(dim);
    };
  }

  /** Rows of so many heads; null if that does not follow. */
  private Long ofHeads(String key) {
    Long[] numbers = {params.get(key), params.get(HEADS), params.get(DIM), params.get(HEAD_DIM)};
    if (numbers[0] != null && numbers[3] != null) {
      return numbers[0] * numbers[3];
    }
    boolean follows = Arrays.stream(numbers).limit(3).allMatch(n -> n != null && n > 0);
    return follows ? (Long) (numbers[0] * numbers[2] / numbers[1]) : null;
  }

  private void report(String key, Mismatch mismatch) {
    String more = mismatch.more == 0 ? "" : " (and so for " + mismatch.more + " more)";
    report(
        key,
        mismatch.tensor,
        "by it axis "
            + mismatch.axis
            + " has "
            + mismatch.stated
            + " elements, and it has "
            + mismatch.found
            + more);
  }

  private void report(String key, String tensor, String why) {
    problems.add(
        Problem.error(
                FormatRule.SET_PARAMS,
                "Cannot match " + key + (tensor == null ? " with the model" : " with tensor"))
            .in(Params.NAME)
            .tensor(tensor)
            .at(params.values().get(key).byteOffset())
            .because("%s", why)
            .reference("fails")
            .todo("download params.json and the ranks again from one source"));
  }
}
