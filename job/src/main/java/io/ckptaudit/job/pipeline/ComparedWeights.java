package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;

/** The checkpoints of a comparison that looks at the weights themselves. */
public record ComparedWeights(
    Storages storages, Checkpoint left, Checkpoint right, ReadProgress progress) {}
