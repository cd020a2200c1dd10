/**
 * torch's distributed checkpoint (DCP) in its safetensors form: files with slices of tensors, put
 * together by where these say that they begin.
 */
package io.ckptaudit.job.checkpoint.dcp;
