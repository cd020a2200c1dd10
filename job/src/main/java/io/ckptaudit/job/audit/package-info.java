/** What follows from states: figures, findings, the verdict. Pure: no I/O, no Spark. */
package io.ckptaudit.job.audit;
