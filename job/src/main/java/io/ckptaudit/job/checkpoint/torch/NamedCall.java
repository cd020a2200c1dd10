package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.container.pickle.PickleTuple;

/**
 * What would rebuild a tensor, and the name it has in the object.
 *
 * @param name keys and indexes on the way to it, joined by dots
 * @param function that rebuilds it, as text
 * @param position in the pickle
 */
record NamedCall(String name, String function, PickleTuple arguments, long position) {}
