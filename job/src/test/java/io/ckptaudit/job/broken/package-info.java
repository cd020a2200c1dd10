/**
 * Broken checkpoints as data, and what an audit makes of each: the rows S, I, H1 and H4 of the test
 * plan, a case for every variant. What the reference reader does was seen with safetensors 0.8.0.
 */
package io.ckptaudit.job.broken;
