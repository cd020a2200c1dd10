/**
 * The safetensors format: a hostile header read once, token by token, and held against its file.
 */
package io.ckptaudit.job.checkpoint.safetensors;
