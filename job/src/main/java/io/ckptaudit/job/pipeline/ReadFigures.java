package io.ckptaudit.job.pipeline;

/** How far a run is. Bytes and files are those of tasks that have ended. */
public interface ReadFigures {

  long bytes();

  long bytesRead();

  int files();

  int filesRead();

  /** So far: until all is read, those that headers gave. */
  long findings();
}
