package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.regex.Pattern;

/**
 * How a tensor is shared out among model-parallel ranks. Source: the layers of fairscale that
 * Meta's model code is made of, and convert_llama_weights_to_hf.py of transformers.
 */
enum Cut {
  /** Every rank has all of it. */
  COPIED,
  /** Each rank has some rows: its inputs are whole, its outputs are parts. */
  ROWS,
  /** Each rank has some columns: its inputs are parts. */
  COLUMNS,
  /** Nobody says. */
  UNKNOWN;

  private static final String EMBEDDING = "tok_embeddings.weight";
  private static final Pattern OF_ROWS =
      Pattern.compile("output\\.weight|(?:.*\\.)?(?:wq|wk|wv|w1|w3)\\.(?:weight|bias)");
  private static final Pattern OF_COLUMNS = Pattern.compile("(?:.*\\.)?(?:wo|w2)\\.weight");
  private static final Pattern WHOLE =
      Pattern.compile(
          "rope\\.freqs|(?:.*\\.)?(?:wo|w2)\\.bias|(?:.*[._])?norm\\.(?:weight|bias)",
          Pattern.DOTALL);

  /**
   * @param part what one rank has of it
   * @param dim of the embedding; 0 if it is not known
   * @param ranks how many there should be
   */
  static Cut of(TensorEntry part, long dim, int ranks) {
    if (WHOLE.matcher(part.name()).matches()) {
      return COPIED;
    }
    if (part.shape().isEmpty()) {
      return UNKNOWN;
    }
    if (part.name().equals(EMBEDDING) && part.shape().size() == 2) {
      return ofEmbedding(part.shape().get(1), dim, ranks);
    }
    if (OF_ROWS.matcher(part.name()).matches()) {
      return ROWS;
    }
    boolean columns = OF_COLUMNS.matcher(part.name()).matches() && part.shape().size() > 1;
    return columns ? COLUMNS : UNKNOWN;
  }

  /** Llama 1 and 2 cut the embedding dimension, Llama 3 the vocabulary. */
  private static Cut ofEmbedding(long columns, long dim, int ranks) {
    if (columns == dim) {
      return ROWS;
    }
    boolean all = dim % ranks == 0 && columns == dim / ranks;
    return all ? COLUMNS : UNKNOWN;
  }
}
