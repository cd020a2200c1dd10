/** A pure function from the tensors of checkpoints, and settings, to the splits tasks will read. */
package io.ckptaudit.job.plan;
