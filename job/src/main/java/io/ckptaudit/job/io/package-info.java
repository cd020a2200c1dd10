/**
 * Ranged reads over local files and Hadoop file systems, and the few writes a report needs. The
 * only room that sees Hadoop's FileSystem; it knows nothing of checkpoints.
 */
package io.ckptaudit.job.io;
