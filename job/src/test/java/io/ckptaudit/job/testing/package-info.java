/** What tests of several rooms share. */
package io.ckptaudit.job.testing;
