package io.ckptaudit.job.pipeline;

import io.ckptaudit.udfs.number.DType;

/** A layer or model of a run, by its place; as keys, so that no serialiser meets this. */
record GroupId(int checkpoint, int group) {

  long toKey() {
    return (long) checkpoint << Integer.SIZE | group;
  }

  static GroupId ofKey(long key) {
    return new GroupId((int) (key >>> Integer.SIZE), (int) key);
  }

  /** The key of the group's state of one dtype. */
  String toKey(DType dtype) {
    return toKey() + "/" + dtype.name();
  }

  static GroupId ofDtypeKey(String key) {
    return ofKey(Long.parseLong(key.substring(0, key.indexOf('/'))));
  }
}
