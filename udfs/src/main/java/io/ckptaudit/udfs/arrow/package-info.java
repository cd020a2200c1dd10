/**
 * Arrow buffers and vectors ↔ spans: memory of a task, vectorized conversion functions, conversion
 * tables made by them, counting over Arrow buffers. The only room that sees Arrow.
 */
package io.ckptaudit.udfs.arrow;
