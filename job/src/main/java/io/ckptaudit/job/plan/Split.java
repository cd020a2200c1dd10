package io.ckptaudit.job.plan;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;

/**
 * A byte range of one tensor in one file: what a task reads in one go.
 *
 * @param tensor which tensor of which checkpoint it belongs to
 * @param offset in the file
 * @param bytes whole elements; 0 for a tensor without any
 * @param firstElement index in the tensor of the first element
 * @param bytesAfter bytes of the tensor after this range; −1 if the tensor lies in several pieces
 */
public record Split(
    TensorId tensor,
    DType dtype,
    FileEntry file,
    long offset,
    long bytes,
    long firstElement,
    long bytesAfter)
    implements Serializable {}
