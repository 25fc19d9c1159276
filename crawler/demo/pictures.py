"""Pictures for the demo: a quiet landscape in SVG, drawn from a slug, the same for the same slug."""

from __future__ import annotations

import hashlib
import itertools

_PALETTES = (
    ("#f4d9b8", "#e8a87c", "#41697c", "#2c4554", "#fff4e0"),
    ("#cfe3ec", "#9fc3d6", "#5b8296", "#2f4f5f", "#fdf6d8"),
    ("#e6dff0", "#b7a6cf", "#6d6494", "#37335c", "#ffeecf"),
    ("#dcead2", "#a9c89b", "#5d8a66", "#2d5243", "#fffbe3"),
    ("#f5e3d7", "#d9a08b", "#8a5a57", "#4a3238", "#ffe9b8"),
    ("#d5e6e4", "#8fb9b4", "#3f7673", "#1d4448", "#fff1d6"),
    ("#f7ead0", "#e2bd78", "#a9764a", "#5b3c2e", "#fff9ea"),
    ("#20304f", "#33507a", "#22395c", "#111f38", "#f5efcf"),
)
_STEPS = 6


def landscape(slug: str, width: int = 1200, height: int = 675) -> bytes:
    """An SVG of hills, water and a low sun, UTF-8, about 1 kB; ``width`` and ``height`` in pixels."""
    seed = hashlib.sha512(slug.encode()).digest()
    sky, haze, hill, front, sun = _PALETTES[seed[0] % len(_PALETTES)]
    shapes = [
        f'<rect width="{width}" height="{height}" fill="{sky}"/>',
        f'<circle cx="{width * (15 + seed[1] % 70) // 100}" cy="{height * (18 + seed[2] % 22) // 100}" '
        f'r="{height * (6 + seed[3] % 6) // 100}" fill="{sun}"/>',
    ]
    for layer, colour in enumerate((haze, hill, front)):
        levels = [
            height * (44 + layer * 17 + (seed[4 + layer * 10 + step] % 19) - 9) // 100 for step in range(_STEPS + 1)
        ]
        shapes.append(f'<path d="{_ridge(levels, width, height)}" fill="{colour}" opacity="0.94"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"{''.join(shapes)}</svg>\n"
    ).encode()


def _ridge(levels: list[int], width: int, height: int) -> str:
    """A closed path under a smooth line through the levels, given in pixels from above."""
    half = width // _STEPS // 2
    parts = [f"M0,{height} L0,{levels[0]}"]
    for step, (left, right) in enumerate(itertools.pairwise(levels)):
        x, end = width * step // _STEPS, width * (step + 1) // _STEPS
        parts.append(f"C{x + half},{left} {end - half},{right} {end},{right}")
    return " ".join([*parts, f"L{width},{height} Z"])
