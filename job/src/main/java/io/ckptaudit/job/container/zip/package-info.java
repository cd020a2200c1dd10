/**
 * Zip archives by way of ranged reads: the central directory, held against the local headers. What
 * two readers could understand differently is a fault.
 */
package io.ckptaudit.job.container.zip;
