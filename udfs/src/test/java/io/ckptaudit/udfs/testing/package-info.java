/** Seeded generators and oracles that the tests of every room and module share. */
package io.ckptaudit.udfs.testing;
