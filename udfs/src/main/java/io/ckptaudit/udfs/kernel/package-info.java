/**
 * The hot loops over spans of bytes: for each, a scalar reference, a fast twin held to it bit for
 * bit, and one chooser, {@link io.ckptaudit.udfs.kernel.Kernels}.
 */
package io.ckptaudit.udfs.kernel;
