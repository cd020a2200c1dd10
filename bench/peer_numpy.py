"""Counts the codes of every value of a checkpoint with numpy: peer_numpy.py DIR PROCESSES

The same question as an audit's for 16-bit weights (np.bincount of the codes, per tensor); of F32, the counts of
their casts to F16 and BF16, and the sums of the errors, by chunks. Prints the seconds of the work, without imports.
"""
import json
import multiprocessing
import os
import struct
import sys
import time

import numpy as np

CHUNK = 8 << 20


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
                    yield path, 8 + length + begin, end - begin, entry["dtype"]


def bfloat16(floats):
    bits = floats.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def count(work):
    path, offset, size, dtype = work
    wide = dtype == "F32"
    counts = np.zeros((2 if wide else 1, 65536), dtype=np.int64)
    error = 0.0
    with open(path, "rb") as file:
        file.seek(offset)
        left = size
        while left:
            data = file.read(min(CHUNK, left))
            left -= len(data)
            if wide:
                floats = np.frombuffer(data, dtype=np.float32)
                half = floats.astype(np.float16)
                brain = bfloat16(floats)
                counts[0] += np.bincount(half.view(np.uint16), minlength=65536)
                counts[1] += np.bincount(brain, minlength=65536)
                back = (brain.astype(np.uint32) << 16).view(np.float32)
                error += float(np.abs(half.astype(np.float32) - floats).sum(dtype=np.float64))
                error += float(np.abs(back - floats).sum(dtype=np.float64))
            else:
                counts[0] += np.bincount(np.frombuffer(data, dtype=np.uint16), minlength=65536)
    return int(counts[0].sum()), error


def main():
    folder, processes = sys.argv[1], int(sys.argv[2])
    start = time.perf_counter()
    work = sorted(tensors(folder), key=lambda tensor: -tensor[2])
    if processes == 1:
        total = sum(count(tensor)[0] for tensor in work)
    else:
        with multiprocessing.Pool(processes) as pool:
            total = sum(result[0] for result in pool.imap_unordered(count, work, chunksize=1))
    assert total > 0
    print("%.3f" % (time.perf_counter() - start))


if __name__ == "__main__":
    main()
