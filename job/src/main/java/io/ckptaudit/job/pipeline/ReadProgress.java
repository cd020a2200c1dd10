package io.ckptaudit.job.pipeline;

/** Is told when reading starts and ends; asks how far it is. */
public interface ReadProgress {

  void start(ReadFigures figures);

  void finish();

  /** Shows nothing. */
  ReadProgress NONE =
      new ReadProgress() {
        @Override
        public void start(ReadFigures figures) {}

        @Override
        public void finish() {}
      };
}
