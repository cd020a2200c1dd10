package io.ckptaudit.job.sampledata;

import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes the four acts of the story; {@code sample-data/README.md} tells it. */
final class SampleData {

  private static final ModelShape SHAPE = new ModelShape(64, 4, 4, 2, 128, 256);
  private static final long SEED = 7;

  private SampleData() {}

  /**
   * @param arguments the folder to write to, {@code sample-data} of this repository
   */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  static void write(Path folder) throws IOException {
    List<Tensor> original = OriginalModel.of(SHAPE, SEED);
    List<Tensor> mirror = castTo(DType.F16, original);
    act(folder, "1-original-bf16", original, "bfloat16");
    act(folder, "2-mirror-f16", mirror, "float16");
    act(folder, "3-roundtrip-bf16", castTo(DType.BF16, mirror), "float16");
    act(folder, "4-faulty-bf16", PlantedFaults.in(original), "bfloat16");
  }

  private static void act(Path folder, String name, List<Tensor> tensors, String declared)
      throws IOException {
    ModelFolder.write(folder.resolve(name), SHAPE, tensors, declared);
  }

  private static List<Tensor> castTo(DType dtype, List<Tensor> model) {
    return model.stream().map(tensor -> tensor.castTo(dtype)).toList();
  }
}
