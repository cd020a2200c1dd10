/**
 * Exact, mergeable states of tensors, their versioned bytes, and what a state says of a target.
 * Every sum is exact inside and rounded once, at the end.
 */
package io.ckptaudit.udfs.state;
