package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.TensorName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a layer, or the whole model, is made of.
 *
 * @param name of the layer, or {@link #MODEL}
 * @param isModel whether it is the model: a layer may have the name of one
 * @param layerIndex its block index, or null
 */
public record GroupInventory(
    String name, boolean isModel, Integer layerIndex, long tensors, long elements, long bytes) {

  /** The name of the row of a whole model. */
  public static final String MODEL = "(model)";

  /** The layers of a checkpoint by name, ascending, and the model last. */
  public static List<GroupInventory> of(Checkpoint checkpoint) {
    Map<String, GroupInventory> layers = new TreeMap<>();
    GroupInventory model = new GroupInventory(MODEL, true, null, 0, 0, 0);
    for (TensorEntry tensor : checkpoint.tensors()) {
      TensorName name = TensorName.of(tensor.name());
      GroupInventory empty = new GroupInventory(name.layer(), false, name.layerIndex(), 0, 0, 0);
      layers.merge(name.layer(), empty.with(tensor), (layer, one) -> layer.with(tensor));
      model = model.with(tensor);
    }
    List<GroupInventory> groups = new ArrayList<>(layers.values());
    groups.add(model);
    return groups;
  }

  private GroupInventory with(TensorEntry tensor) {
    return new GroupInventory(
        name,
        isModel,
        layerIndex,
        tensors + 1,
        Math.addExact(elements, tensor.elements()),
        Math.addExact(bytes, tensor.bytes()));
  }
}
