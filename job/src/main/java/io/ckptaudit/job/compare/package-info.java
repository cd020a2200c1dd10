/**
 * What two checkpoints are to each other, from states and differences of elements alone: which
 * tensors belong together, and the strongest statement that holds of each pair and of the model.
 * Knows nothing of Spark or files.
 */
package io.ckptaudit.job.compare;
