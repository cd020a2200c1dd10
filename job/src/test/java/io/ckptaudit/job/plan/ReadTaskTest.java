package io.ckptaudit.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.udfs.number.DType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadTaskTest {

  private static final FileEntry FIRST =
      new FileEntry("file:/m/a%20b", "a b", 1L << 40, false, true, "1-2-3");
  private static final FileEntry SECOND =
      new FileEntry("s3a://m/" + "\u00e4\ud83d\ude00".repeat(30_000), "\u0000", 7, true, false, "");

  private static byte[] written(ReadTask task) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(task);
    }
    return bytes.toByteArray();
  }

  private static Object travelled(ReadTask task) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(written(task)))) {
      return in.readObject();
    }
  }

  @Test
  void everythingOfATaskTravels() throws Exception {
    List<Split> splits = new ArrayList<>();
    for (DType dtype : DType.values()) {
      splits.add(
          new Split(new TensorId(3, dtype.ordinal()), dtype, FIRST, 1L << 39, 24, 1L << 38, -1));
    }
    Arrangement arrangement =
        new Arrangement(2, false, 3, 24, List.of(new Arrangement.Axis(2, 48)));
    Placement placement = new Placement(1, 2, 3, 4);
    Split.Checksum checksum = new Split.Checksum(5, 6);
    TensorId id = new TensorId(Integer.MAX_VALUE, 0);
    splits.add(new Split(id, 9, DType.F32, SECOND, 8, 120, 7, 6, arrangement, placement, checksum));
    splits.add(new Split(id, 1, DType.BF16, FIRST, 0, 0, 0, 0, null, placement, null));
    ReadTask task =
        new ReadTask(
            new ArrayList<>(splits), new ArrayList<>(List.of(new HashedFile(1, 2, SECOND))));

    assertThat(travelled(task)).isEqualTo(task);
    assertThat(travelled(new ReadTask(new ArrayList<>())))
        .isEqualTo(new ReadTask(new ArrayList<>()));
  }

  @Test
  void splitsOfOneFileShareIt() throws Exception {
    ArrayList<Split> splits = new ArrayList<>();
    for (int tensor = 0; tensor < 1000; tensor++) {
      splits.add(new Split(new TensorId(0, tensor), DType.BF16, FIRST, tensor, 48, 0, 0));
    }
    ReadTask task = new ReadTask(splits);
    assertThat(written(task)).hasSizeLessThan(64_000);
    ReadTask travelled = (ReadTask) travelled(task);
    assertThat(travelled.splits())
        .allSatisfy(split -> assertThat(split.file()).isSameAs(travelled.splits().get(0).file()));
  }
}
