"""Golden states, version 2: written from the layout in StateFormat's javadoc alone. Run: python3 make_states.py v2"""
import os
import sys

OUT = sys.argv[1]


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def contribution(data, before, after):
    """By definition: CRC of the piece in its place among zeros, against the CRC of zeros alone."""
    return crc32c(bytes(before) + data + bytes(after)) ^ crc32c(bytes(before + len(data) + after))


def header(kind, dtype, elements, digest):
    tail = b"\0" if digest is None else b"\1" + digest.to_bytes(4, "little")
    return kind + b"\2" + bytes([len(dtype)]) + dtype.encode("ascii") + varint(elements) + tail


def code_counts(dtype, counts, first_min, first_max, first_other, digest):
    out = header(b"C", dtype, sum(counts.values()), digest)
    out += varint(first_min + 1) + varint(first_max + 1) + varint(first_other + 1) + varint(len(counts))
    previous = -1
    for code in sorted(counts):
        out += varint(code - previous - 1) + varint(counts[code])
        previous = code
    return out


def write(name, data):
    with open(os.path.join(OUT, name + ".state"), "wb") as f:
        f.write(data)


def le16(codes):
    return b"".join(c.to_bytes(2, "little") for c in codes)


# 1, -2, +0, NaN, 1, -0, infinity, smallest subnormal, -2
mixed = [0x3F80, 0xC000, 0x0000, 0x7FC0, 0x3F80, 0x8000, 0x7F80, 0x0001, 0xC000]
count = lambda codes: {c: codes.count(c) for c in codes}
write("bf16-empty", code_counts("BF16", {}, -1, -1, -1, 0))
write("bf16-mixed", code_counts("BF16", count(mixed), 1, 0, 3, contribution(le16(mixed), 0, 0)))
# the part from element 3 on, and the part before it
write("bf16-mixed-tail", code_counts("BF16", count(mixed[3:]), 8, 4, 3, contribution(le16(mixed[3:]), 6, 0)))
write("bf16-mixed-head", code_counts("BF16", count(mixed[:3]), 1, 0, -1, contribution(le16(mixed[:3]), 0, 12)))
write("f16-nan-only", code_counts("F16", {0x7E00: 3}, -1, -1, -1, None))
write("f16-group", code_counts("F16", {0x3C00: 10**13, 0xBC00: 2**62}, -1, -1, -1, None))
write("f8-e4m3-all", code_counts("F8_E4M3", {c: c + 1 for c in range(256)}, 2**40, 3, 127, None))
write("i32-opaque", header(b"O", "I32", 3, contribution(bytes(range(12)), 0, 0)))
write("bool-opaque-scattered", header(b"O", "BOOL", 2**63 - 1, None))
