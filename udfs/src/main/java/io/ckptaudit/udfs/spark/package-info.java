/**
 * The conversions as Spark SQL functions, defined once as V2 functions and reached by a catalog or
 * by one call. The only room of udfs that sees Spark.
 */
package io.ckptaudit.udfs.spark;
