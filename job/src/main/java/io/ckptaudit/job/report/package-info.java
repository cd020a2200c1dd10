/** Table schemas and rows, Parquet, digests, manifest and verdict, and how a run is shown. */
package io.ckptaudit.job.report;
