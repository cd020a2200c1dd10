"""Asks with torch, by chunks, what a cast would do to every value: peer_torch.py DIR THREADS BYTES

Extremes, values that are not finite, and per target overflow, underflow, changed values and largest error: the script
that people write. It is slow, so it stops after the first BYTES. Prints the seconds of the work, without imports.
"""
import json
import os
import struct
import sys
import time

import torch

CHUNK = 8 << 20
DTYPES = {"BF16": torch.bfloat16, "F16": torch.float16, "F32": torch.float32}
TARGETS = [torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2]


def tensors(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".safetensors"):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                length = struct.unpack("<Q", file.read(8))[0]
                header = json.loads(file.read(length))
            for tensor, entry in header.items():
                if tensor != "__metadata__":
                    begin, end = entry["data_offsets"]
                    yield path, 8 + length + begin, end - begin, DTYPES[entry["dtype"]]


def audit(path, offset, size, dtype):
    found = torch.zeros(3 + 4 * len(TARGETS), dtype=torch.float64)
    with open(path, "rb") as file:
        file.seek(offset)
        left = size
        while left:
            data = bytearray(file.read(min(CHUNK, left)))
            left -= len(data)
            values = torch.frombuffer(data, dtype=dtype).float()
            finite = torch.isfinite(values)
            found[0] += (~finite).sum()
            found[1] = max(found[1], values.abs().max())
            found[2] += values.sum(dtype=torch.float64)
            for i, target in enumerate(TARGETS):
                back = values.to(target).float()
                lost = finite & ~torch.isfinite(back)
                error = (back - values).abs()
                at = 3 + 4 * i
                found[at] += lost.sum()
                found[at + 1] += ((back == 0) & (values != 0)).sum()
                found[at + 2] += (back != values).sum()
                found[at + 3] = max(found[at + 3], torch.where(lost, 0.0, error).max())
    return found


def main():
    torch.set_num_threads(int(sys.argv[2]))
    left = int(sys.argv[3])
    start = time.perf_counter()
    for path, offset, size, dtype in tensors(sys.argv[1]):
        if left > 0:
            audit(path, offset, min(size, left), dtype)
            left -= size
    print("%.3f" % (time.perf_counter() - start))


if __name__ == "__main__":
    main()
