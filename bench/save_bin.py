"""Saves the shards of a safetensors checkpoint as torch.save does, with their index: save_bin.py FROM TO"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)
weights, total = {}, 0
for shard in sorted(source.glob("*.safetensors")):
    name = shard.name.replace("model-", "pytorch_model-").replace(".safetensors", ".bin")
    tensors = load_file(shard)
    torch.save(tensors, target / name)
    for tensor, value in tensors.items():
        weights[tensor] = name
        total += value.numel() * value.element_size()
index = {"metadata": {"total_size": total}, "weight_map": weights}
(target / "pytorch_model.bin.index.json").write_text(json.dumps(index))
shutil.copy(source / "config.json", target / "config.json")
