package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.udfs.number.DType;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a {@link ReadTask} travels: its numbers one after the other, each file once; only the
 * rare arrangements travel by themselves. Records that do cost each process method handles of their
 * own before the first is there, and tens of bytes for each component of each.
 *
 * <p>Fields have no names here: whoever changes them changes {@code serialVersionUID}.
 */
final class ReadTaskForm implements Externalizable {

  private static final long serialVersionUID = 1L;
  private static final DType[] DTYPES = DType.values();

  private ArrayList<Split> splits = new ArrayList<>();
  private ArrayList<HashedFile> files = new ArrayList<>();

  /** For the one who reads it. */
  public ReadTaskForm() {}

  ReadTaskForm(ReadTask task) {
    splits = task.splits();
    files = task.files();
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    Map<FileEntry, Integer> numbers = new LinkedHashMap<>();
    splits.forEach(split -> numbers.putIfAbsent(split.file(), numbers.size()));
    files.forEach(file -> numbers.putIfAbsent(file.file(), numbers.size()));
    out.writeInt(numbers.size());
    for (FileEntry file : numbers.keySet()) {
      write(file, out);
    }
    out.writeInt(splits.size());
    for (Split split : splits) {
      out.writeInt(numbers.get(split.file()));
      write(split, out);
    }
    out.writeInt(files.size());
    for (HashedFile file : files) {
      out.writeInt(numbers.get(file.file()));
      out.writeInt(file.checkpoint());
      out.writeInt(file.shard());
    }
  }

  private static void write(FileEntry file, ObjectOutput out) throws IOException {
    out.writeObject(file.uri());
    out.writeObject(file.name());
    out.writeLong(file.length());
    out.writeBoolean(file.directory());
    out.writeBoolean(file.regular());
    out.writeObject(file.changeToken());
  }

  private static void write(Split split, ObjectOutput out) throws IOException {
    out.writeInt(split.tensor().checkpoint());
    out.writeInt(split.tensor().tensor());
    out.writeInt(split.copy());
    out.writeByte(split.dtype().ordinal());
    out.writeLong(split.offset());
    out.writeLong(split.bytes());
    out.writeLong(split.firstElement());
    out.writeLong(split.bytesAfter());
    out.writeObject(split.arrangement());
    write(split.placement(), out);
    write(split.checksum(), out);
  }

  private static void write(Placement placement, ObjectOutput out) throws IOException {
    out.writeBoolean(placement != null);
    if (placement != null) {
      out.writeLong(placement.first());
      out.writeLong(placement.offset());
      out.writeLong(placement.run());
      out.writeLong(placement.stride());
    }
  }

  private static void write(Split.Checksum checksum, ObjectOutput out) throws IOException {
    out.writeBoolean(checksum != null);
    if (checksum != null) {
      out.writeInt(checksum.slice());
      out.writeLong(checksum.bytesAfter());
    }
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
    List<FileEntry> numbered = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      numbered.add(file(in));
    }
    for (int left = in.readInt(); left > 0; left--) {
      splits.add(split(numbered.get(in.readInt()), in));
    }
    for (int left = in.readInt(); left > 0; left--) {
      FileEntry file = numbered.get(in.readInt());
      files.add(new HashedFile(in.readInt(), in.readInt(), file));
    }
  }

  private static FileEntry file(ObjectInput in) throws IOException, ClassNotFoundException {
    return new FileEntry(
        (String) in.readObject(),
        (String) in.readObject(),
        in.readLong(),
        in.readBoolean(),
        in.readBoolean(),
        (String) in.readObject());
  }

  private static Split split(FileEntry file, ObjectInput in)
      throws IOException, ClassNotFoundException {
    TensorId tensor = new TensorId(in.readInt(), in.readInt());
    int copy = in.readInt();
    DType dtype = DTYPES[in.readByte()];
    return new Split(
        tensor,
        copy,
        dtype,
        file,
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        (Arrangement) in.readObject(),
        placement(in),
        checksum(in));
  }

  private static Placement placement(ObjectInput in) throws IOException {
    return in.readBoolean()
        ? new Placement(in.readLong(), in.readLong(), in.readLong(), in.readLong())
        : null;
  }

  private static Split.Checksum checksum(ObjectInput in) throws IOException {
    return in.readBoolean() ? new Split.Checksum(in.readInt(), in.readLong()) : null;
  }

  private Object readResolve() {
    return new ReadTask(splits, files);
  }
}
