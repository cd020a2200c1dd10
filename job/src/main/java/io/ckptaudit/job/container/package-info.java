/**
 * Containers that checkpoints come in, read as hostile bytes: a zip archive is a list of ranges, a
 * pickle a tree of inert values. Nothing is executed, no class is looked up by a name from a file,
 * and nothing here knows what a checkpoint is.
 */
package io.ckptaudit.job.container;
