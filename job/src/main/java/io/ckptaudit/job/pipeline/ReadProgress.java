package io.ckptaudit.job.pipeline;

import java.util.function.LongSupplier;

/** Is told when reading starts and ends; asks how far it is. */
public interface ReadProgress {

  void start(long bytes, LongSupplier bytesRead);

  void finish();

  /** Shows nothing. */
  ReadProgress NONE =
      new ReadProgress() {
        @Override
        public void start(long bytes, LongSupplier bytesRead) {}

        @Override
        public void finish() {}
      };
}
