package io.ckptaudit.job.checkpoint.torch;

import java.util.Optional;

/** Finds storages in a file. */
interface StorageSource {

  /**
   * Where the storage is that a reference names for the first time; empty, with a problem, else.
   */
  Optional<Region> region(StorageRef ref, String tensor);
}
