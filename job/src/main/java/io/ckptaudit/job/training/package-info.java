/**
 * What follows for a training run: scales that a cast of gradients needs, updates that it loses.
 */
package io.ckptaudit.job.training;
