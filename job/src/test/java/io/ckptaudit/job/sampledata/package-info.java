/**
 * Generator of {@code sample-data/}: one small model in the four acts of its story, the same bytes
 * on every machine.
 */
package io.ckptaudit.job.sampledata;
