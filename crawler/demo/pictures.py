"""Pictures for the demo: a quiet landscape in SVG, drawn from a slug, the same for the same slug."""

from __future__ import annotations

import hashlib

_PALETTES = (
    ("#f4d9b8", "#e8a87c", "#41697c", "#2c4554", "#fff4e0"),
    ("#cfe3ec", "#9fc3d6", "#5b8296", "#2f4f5f", "#fdf6d8"),
    ("#e6dff0", "#b7a6cf", "#6d6494", "#37335c", "#ffeecf"),
    ("#dcead2", "#a9c89b", "#5d8a66", "#2d5243", "#fffbe3"),
    ("#f5e3d7", "#d9a08b", "#8a5a57", "#4a3238", "#ffe9b8"),
)


def landscape(slug: str, width: int = 1200, height: int = 675) -> bytes:
    """An SVG of hills, water and a low sun, UTF-8, about 1 kB; ``width`` and ``height`` in pixels."""
    seed = hashlib.sha256(slug.encode()).digest()
    sky, haze, hill, front, sun = _PALETTES[seed[0] % len(_PALETTES)]
    shapes = [
        f'<rect width="{width}" height="{height}" fill="{sky}"/>',
        f'<circle cx="{width * (20 + seed[1] % 60) // 100}" cy="{height * (22 + seed[2] % 20) // 100}" '
        f'r="{height * (6 + seed[3] % 5) // 100}" fill="{sun}"/>',
    ]
    for layer, colour in enumerate((haze, hill, front)):
        points = [f"0,{height}"]
        for step in range(7):
            level = 45 + layer * 16 + (seed[4 + layer * 8 + step] % 15) - 7
            points.append(f"{width * step // 6},{height * level // 100}")
        points.append(f"{width},{height}")
        shapes.append(f'<polygon points="{" ".join(points)}" fill="{colour}" opacity="0.92"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"{''.join(shapes)}</svg>\n"
    ).encode()
