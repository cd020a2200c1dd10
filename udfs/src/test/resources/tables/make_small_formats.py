"""Writes small-formats.txt: per format of at most 8 bits, the F32 bits of every code, as ml_dtypes 0.6 decodes it (nan for NaN)."""

import ml_dtypes
import numpy as np

NAMES = {
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
    "F6_E3M2": "float6_e3m2fn",
    "F6_E2M3": "float6_e2m3fn",
    "F4": "float4_e2m1fn",
}
with open("small-formats.txt", "w") as out:
    for name, dtype in NAMES.items():
        codes = 256 if name.startswith("F8") else 64 if name.startswith("F6") else 16
        values = np.arange(codes, dtype=np.uint8).view(getattr(ml_dtypes, dtype)).astype(np.float32)
        cells = ["nan" if np.isnan(v) else "%08x" % v.view(np.uint32) for v in values]
        print(name, *cells, file=out)
