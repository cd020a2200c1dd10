/**
 * PyTorch files: a pickle that places tensors over storages, in a zip archive or, before PyTorch
 * 1.6, in front of raw bytes. Read without executing an opcode.
 */
package io.ckptaudit.job.checkpoint.torch;
