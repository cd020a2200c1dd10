package io.ckptaudit.job.pipeline;

/** A layer or model of a run, by its place; as keys, so that no serialiser meets this. */
record GroupId(int checkpoint, int group) {

  long toKey() {
    return (long) checkpoint << Integer.SIZE | group;
  }

  static GroupId ofKey(long key) {
    return new GroupId((int) (key >>> Integer.SIZE), (int) key);
  }

  /** The key of one state of the group: of a dtype, or of what was not read. */
  String toKey(String part) {
    return toKey() + "/" + part;
  }

  static GroupId ofPartKey(String key) {
    return ofKey(Long.parseLong(key.substring(0, key.indexOf('/'))));
  }
}
