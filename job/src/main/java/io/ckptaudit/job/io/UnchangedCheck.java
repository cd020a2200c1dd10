package io.ckptaudit.job.io;

import java.io.IOException;

/** How a storage finds out whether a file is still the one that was listed. */
interface UnchangedCheck {

  /**
   * @throws FileChangedException if it is not
   */
  void verify(FileEntry listed) throws IOException;
}
