/** The Spark program: checkpoints → plan → splits → states → merged states → rows → report. */
package io.ckptaudit.job.pipeline;
