/**
 * What a repository promises of the bytes of its files: lists of checksums, pointers, the cache of
 * a hub. Reads promises and judges digests; who digests the files is somebody else.
 */
package io.ckptaudit.job.integrity;
