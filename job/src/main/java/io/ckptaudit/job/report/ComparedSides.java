package io.ckptaudit.job.report;

import java.io.Serializable;

/**
 * The checkpoints of a comparison: URIs, and the commits that a HuggingFace cache names, or null.
 */
public record ComparedSides(String left, String leftRevision, String right, String rightRevision)
    implements Serializable {}
