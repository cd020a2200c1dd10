"""Golden states, version 2: written from the layouts in the javadoc of StateFormat and WideStateFormat, and the definitions of
DESIGN, alone; casts and errors in fractions. Run: python3 make_states.py v2"""
import math
import os
import struct
import sys
from fractions import Fraction

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

# Wide counts. A format: its dtype's width, lowest exponent, fraction bits, largest finite value.
FORMATS = {
    "F64": (8, -1022, 52, Fraction(sys.float_info.max)),
    "F32": (4, -126, 23, Fraction(2**24 - 1) * 2**104),
    "BF16": (2, -126, 7, Fraction(255) * 2**120),
    "F16": (2, -14, 10, Fraction(65504)),
    "F8_E4M3": (1, -6, 3, Fraction(448)),
    "F8_E5M2": (1, -14, 2, Fraction(57344)),
}
QUIET = {"BF16": 0x7FC0, "F16": 0x7E00, "F8_E4M3": 0x7F, "F8_E5M2": 0x7E}


def power(n):
    return Fraction(2) ** n


def floor_log2(x):
    n = x.numerator.bit_length() - x.denominator.bit_length()
    return n if power(n) <= x else n - 1


def unit(fmt, binade):
    _, lowest, fraction, _ = FORMATS[fmt]
    return max(binade, lowest) - fraction


def lowest_binade(fmt):
    return FORMATS[fmt][1] - FORMATS[fmt][2]


def cast(target, x):
    """Code and value of a finite number other than zero; None for a value that is not finite. Nearest, ties to even."""
    fmt = target.removesuffix("_SAT")
    width, lowest, fraction, largest = FORMATS[fmt]
    binade = floor_log2(abs(x))
    n = round(abs(x) / power(unit(fmt, binade)))
    value = n * power(unit(fmt, binade))
    code = (max(binade, lowest) - lowest) * 2**fraction + n
    if value > largest:
        if target == fmt:
            code, value = (2 ** (8 * width - 1) - 2**fraction), None
        else:
            value = largest
            code = (floor_log2(largest) - lowest) * 2**fraction + int(largest / power(unit(fmt, floor_log2(largest))))
    sign = 2 ** (8 * width - 1) if x < 0 else 0
    return code + sign, None if value is None else (-value if x < 0 else value)


def bits_of(dtype, value):
    """A number, or the bits of one as an int."""
    if isinstance(value, int):
        return value
    return int.from_bytes(struct.pack("<f" if dtype == "F32" else "<d", value), "little")


def value_of(dtype, bits):
    data = bits.to_bytes(FORMATS[dtype][0], "little")
    return struct.unpack("<f" if dtype == "F32" else "<d", data)[0]


def bf16_code(dtype, bits):
    """The code of BF16 that has the same value or, for NaN, payload; or None."""
    value = value_of(dtype, bits)
    if dtype == "F32":
        return bits >> 16 if bits % 2**16 == 0 else None
    if math.isnan(value):
        return bits >> 48 & 0x8000 | 0x7F80 | bits >> 45 & 0x7F if bits % 2**45 == 0 else None
    if value == 0 or math.isinf(value):
        return (bits >> 48 & 0x8000) | (0x7F80 if value else 0)
    code, held = cast("BF16", Fraction(value))
    return code if held == Fraction(value) else None


def codes(counts):
    out, previous = varint(len(counts)), -1
    for code in sorted(counts):
        out += varint(code - previous - 1) + varint(counts[code])
        previous = code
    return out


def total(n):
    return varint((n.bit_length() + 7) // 8) + n.to_bytes((n.bit_length() + 7) // 8, "big")


def moments(dtype, by_binade, times):
    out, previous = varint(len(by_binade)), lowest_binade(dtype) - 1
    for binade in sorted(by_binade):
        ms = by_binade[binade]
        out += varint(binade - previous - 1) + varint(len(ms) * times)
        out += total(sum(ms) * times) + total(sum(m * m for m in ms) * times)
        previous = binade
    return out


def masked(counts):
    out = b""
    for start in range(0, len(counts), 62):
        part = counts[start : start + 62]
        out += varint(sum(1 << i for i, n in enumerate(part) if n)) + b"".join(varint(n) for n in part if n)
    return out


def bins(numbers, times):
    out, previous = varint(len(set(numbers))), -2201
    for bin in sorted(set(numbers)):
        out += varint(bin - previous - 1) + varint(numbers.count(bin) * times)
        previous = bin
    return out


def doubles(*values):
    return struct.pack("<%dd" % len(values), *map(float, values))


def group(pairs):
    groups = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def significand(dtype, x):
    return int(abs(x) / power(unit(dtype, floor_log2(abs(x)))))


def residual(dtype, x, result):
    """In last places of the value, or None where the result is far off."""
    binade, place = floor_log2(abs(x)), power(unit(dtype, floor_log2(abs(x))))
    if result == 0:
        return significand(dtype, x)
    near = (x < 0) == (result < 0) and power(binade) <= abs(result) <= power(binade + 1)
    return int(abs(result - x) / place) if near else None


def residuals(dtype, pairs, times):
    by_binade = group((floor_log2(abs(x)), (r, significand(dtype, x))) for x, r in pairs)
    out, previous = varint(len(by_binade)), lowest_binade(dtype) - 1
    for binade in sorted(by_binade):
        counts = [0] * (2 * (FORMATS[dtype][2] + 1) + 2)
        for r, m in by_binade[binade]:
            b = r << m.bit_length() - r.bit_length() >= m
            counts[2 * r.bit_length() + b] += times
        rs = [r for r, _ in by_binade[binade]]
        r, m = max(by_binade[binade], key=lambda pair: (Fraction(*pair), -pair[1]))
        out += varint(binade - previous - 1) + masked(counts)
        out += total(sum(rs) * times) + total(sum(r * r for r in rs) * times) + varint(max(rs)) + varint(r) + varint(m)
        previous = binade
    return out


def far(dtype, target, pairs, times):
    out = varint(len(pairs) * times)
    if pairs:
        smallest = power(lowest_binade(dtype))
        spacing = lambda x: unit(target.removesuffix("_SAT"), floor_log2(abs(x)))
        errors = [abs(c - x) for x, c in pairs]
        out += total(int(sum(errors) / smallest) * times) + total(int(sum(e * e for e in errors) / smallest**2) * times)
        out += bins([floor_log2(e) for e in errors], times)
        out += bins([floor_log2(abs(c - x) / abs(x)) for x, c in pairs], times)
        out += bins([floor_log2(abs(c - x)) - spacing(x) for x, c in pairs], times)
        out += doubles(*max(pairs, key=lambda p: abs(p[1] - p[0])))
        out += doubles(*max(pairs, key=lambda p: abs(p[1] - p[0]) / abs(p[0])))
        out += doubles(*max(pairs, key=lambda p: abs(p[1] - p[0]) / power(spacing(p[0]))))
    return out


def casts(dtype, target, nans, values, times):
    fmt = target.removesuffix("_SAT")
    results = [(x, *cast(target, x)) for x in values]
    binaded = lambda xs: group((floor_log2(abs(x)), significand(dtype, x)) for x in xs)
    out = bytes([len(target)]) + target.encode("ascii")
    if FORMATS[fmt][0] <= 2:
        counted = [code for _, code, _ in results] + [QUIET[fmt]] * nans
        out += codes({code: counted.count(code) * times for code in counted})
    finite = [(x, c) for x, _, c in results if c is not None]
    out += varint(sum(c == 0 for _, c in finite) * times)
    out += varint(sum(0 < abs(c) < power(FORMATS[fmt][1]) for _, c in finite) * times)
    out += moments(dtype, binaded(x for x, _, c in results if c is None), times)
    out += moments(dtype, binaded(x for x, _ in finite if cast(fmt, x)[1] is None), times)
    changed = [(x, c) for x, c in finite if x != c]
    out += residuals(dtype, [(x, residual(dtype, x, c)) for x, c in changed if residual(dtype, x, c) is not None], times)
    return out + far(dtype, target, [p for p in changed if residual(dtype, *p) is None], times)


def wide_counts(dtype, targets, tensor, start, end, times=None):
    """The elements between two indices of a tensor; or so many copies of them, without their place."""
    width, bits = FORMATS[dtype][0], [bits_of(dtype, v) for v in tensor]
    part, n = bits[start:end], times or 1
    values = [value_of(dtype, b) for b in part]
    held = [bf16_code(dtype, b) for b in part if bf16_code(dtype, b) is not None]
    others = [value_of(dtype, b) for b in part if bf16_code(dtype, b) is None]
    nans, xs = sum(map(math.isnan, others)), [Fraction(v) for v in others if not math.isnan(v)]
    finite = [v for v in values if math.isfinite(v)]
    digest = contribution(b"".join(b.to_bytes(width, "little") for b in part), start * width, (len(bits) - end) * width)
    place = [
        values.index(min(finite)) + start if finite else -1,
        values.index(max(finite)) + start if finite else -1,
        next((i + start for i, v in enumerate(values) if not math.isfinite(v)), -1),
    ]
    out = header(b"W", dtype, len(part) * n, None if times else digest)
    out += b"\0\0\0" if times else b"".join(varint(index + 1) for index in place)
    out += codes({c: held.count(c) * n for c in held}) + varint(nans * n)
    for signed in ([x for x in xs if x > 0], [x for x in xs if x < 0]):
        out += moments(dtype, group((floor_log2(abs(x)), significand(dtype, x)) for x in signed), n)
    if xs:
        out += doubles(min(xs), max(xs), min(map(abs, xs)))
        by_binade = group((floor_log2(abs(x)), significand(dtype, x)) for x in xs)
        for binade in sorted(by_binade):
            zeros = [(m & -m).bit_length() - 1 for m in by_binade[binade]]
            out += masked([zeros.count(z) * n for z in range(FORMATS[dtype][2] + 1)])
    kept = sorted({"F16", "BF16", *targets} - {dtype})
    return out + varint(len(kept)) + b"".join(casts(dtype, target, nans, xs, n) for target in kept)


F32 = lambda text: struct.unpack("<f", struct.pack("<f", float(text)))[0]
# twice 1.1; -3; a NaN that BF16 cannot hold and one it can; subnormal; what F16 loses, clips near and far, keeps, flushes
wide = [F32("1.1"), -3.0, 0x7FC00001, float.fromhex("0x1.8p-140"), F32("500.1"), 0.0, float("inf"), 0x7FC00000]
wide += [F32("1e9"), F32("-1e30"), F32("65519.996"), -65520.0, 1 + 2.0**-10, F32("2.9e-8"), F32("-1e-5"), F32("1.1")]
write("f32-empty", wide_counts("F32", [], [], 0, 0))
write("f32-mixed", wide_counts("F32", ["F8_E4M3_SAT"], wide, 0, len(wide)))
write("f32-mixed-head", wide_counts("F32", ["F8_E4M3_SAT"], wide, 0, 5))
write("f32-mixed-tail", wide_counts("F32", ["F8_E4M3_SAT"], wide, 5, len(wide)))
write("f32-group", wide_counts("F32", ["F8_E5M2"], wide, 0, len(wide), 2**44))
double = [math.pi, -2.0, 1e300, 61440 - 2.0**-30, 1 + 2.0**-8 + 2.0**-40, 5e-324, float("-inf"), 0x7FF8000000000001, 0.1]
write("f64-mixed", wide_counts("F64", ["F32", "F8_E5M2_SAT"], double, 0, len(double)))
