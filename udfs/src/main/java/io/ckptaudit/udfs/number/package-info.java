/** Dtypes and bit layouts: decode, round, classify, spacing. Pure functions of bits; JDK only. */
package io.ckptaudit.udfs.number;
