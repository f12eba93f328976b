"""Constants of erf and erfc(x) e^(x^2) in float32 and float64. Made by `scripts/derive_error_function`: edit that.

Every number is a hexadecimal literal of a value that the format holds exactly. `symderiv.approximation.error_function`
derives them.
"""

from __future__ import annotations

# ---- copied into generated modules from here


ERROR_NEAR = {
    "float32": (
        float.fromhex("0x1.06eba8p-3"),
        float.fromhex("-0x1.81273ep-2"),
        float.fromhex("0x1.ce2ce6p-4"),
        float.fromhex("-0x1.b7f71ap-6"),
        float.fromhex("0x1.53f224p-8"),
        float.fromhex("-0x1.a3515ep-11"),
        float.fromhex("0x1.4771fep-14"),
    ),
    "float64": (
        float.fromhex("0x1.06eba8214db68p-3"),
        float.fromhex("-0x1.812746b03799dp-2"),
        float.fromhex("0x1.ce2f21a03f8b9p-4"),
        float.fromhex("-0x1.b82ce311a97d5p-6"),
        float.fromhex("0x1.565bcceeda34bp-8"),
        float.fromhex("-0x1.c02daeb703113p-11"),
        float.fromhex("0x1.f9a296b45e668p-14"),
        float.fromhex("-0x1.f4c82f008eef7p-17"),
        float.fromhex("0x1.b96b575c66a6ap-20"),
        float.fromhex("-0x1.5b8c6c49087d7p-23"),
        float.fromhex("0x1.d3dda8a9934a5p-27"),
        float.fromhex("-0x1.a23e0c427e7c4p-31"),
    ),
}
"""Q(s) = (erf x)/x - 1, s = x^2 <= 1, from the constant term up, by the name of the dtype."""
ERROR_FAR = {
    "float32": (
        float.fromhex("0x1.3ccdap+0"),
        float.fromhex("-0x1.1f3676p-3"),
        float.fromhex("0x1.d5f546p-9"),
        float.fromhex("0x1.51017cp-4"),
        float.fromhex("-0x1.bdaa9p-4"),
        float.fromhex("0x1.7a1374p-4"),
        float.fromhex("-0x1.e0c032p-5"),
        float.fromhex("0x1.d0bad4p-6"),
        float.fromhex("-0x1.402654p-7"),
        float.fromhex("0x1.cabe7ap-10"),
        float.fromhex("0x1.5a51ap-12"),
        float.fromhex("-0x1.292c74p-12"),
        float.fromhex("0x1.71380ep-16"),
        float.fromhex("0x1.3243f8p-16"),
    ),
    "float64": (
        float.fromhex("0x1.3ccda0b5d5dc2p+0"),
        float.fromhex("-0x1.1f367683f89a5p-3"),
        float.fromhex("0x1.d5f294815a72p-9"),
        float.fromhex("0x1.510169d0966cbp-4"),
        float.fromhex("-0x1.bda9309a29962p-4"),
        float.fromhex("0x1.7a14188a9c293p-4"),
        float.fromhex("-0x1.e0d0fa6dd46f4p-5"),
        float.fromhex("0x1.d0b0037d39cb6p-6"),
        float.fromhex("-0x1.3f603c3b51faap-7"),
        float.fromhex("0x1.cc3a0e6e35c6ep-10"),
        float.fromhex("0x1.33fb2ab26ae4cp-12"),
        float.fromhex("-0x1.303fa3a05c5d3p-12"),
        float.fromhex("0x1.b143728cbd053p-15"),
        float.fromhex("0x1.778b6a9115d52p-16"),
        float.fromhex("-0x1.7fff0a3e43564p-17"),
        float.fromhex("-0x1.055220821fe23p-20"),
        float.fromhex("0x1.d621438eb30d6p-20"),
        float.fromhex("-0x1.ec1ef8e2e78e9p-25"),
        float.fromhex("-0x1.15706909f921cp-22"),
        float.fromhex("0x1.908a99f00994ep-26"),
        float.fromhex("0x1.4a95d59cb884cp-25"),
        float.fromhex("-0x1.02b6db6f6b327p-28"),
        float.fromhex("-0x1.5e8522d17b734p-28"),
        float.fromhex("0x1.5a1134426a8aap-32"),
        float.fromhex("0x1.c5e46df5c55ep-32"),
    ),
}
"""T(t) = (1 + 2x) erfc(x) e^(x^2), t = (x - 15/4)/(x + 15/4), from the constant term up, by the name of the dtype."""
