/**
 * Meta's releases: a PyTorch file for each model-parallel rank, which holds its part of every
 * tensor, with params.json and a checklist beside them.
 */
package io.ckptaudit.job.checkpoint.meta;
