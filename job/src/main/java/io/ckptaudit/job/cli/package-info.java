/** Commands, options and exit codes; no logic. */
package io.ckptaudit.job.cli;
