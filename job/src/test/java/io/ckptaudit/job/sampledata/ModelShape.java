package io.ckptaudit.job.sampledata;

/** The sizes of a Llama, under the names of its config.json. */
record ModelShape(
    int hiddenSize,
    int layers,
    int attentionHeads,
    int keyValueHeads,
    int intermediateSize,
    int vocabularySize) {

  /** Rows of the key and value projections: grouped-query attention has fewer heads there. */
  int keyValueSize() {
    return hiddenSize / attentionHeads * keyValueHeads;
  }
}
