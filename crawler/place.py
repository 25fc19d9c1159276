"""The type of the option ``--archive``: a folder, or a prefix on S3."""

from __future__ import annotations

from pathlib import Path

import click

from storage.places import Address, address


class PlaceType(click.ParamType[Address]):
    """``PATH`` or ``s3://bucket/prefix``."""

    name = "place"

    def convert(self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        if not isinstance(value, str):
            return value
        try:
            found = address(value)
        except ValueError as error:
            self.fail(f"{error}; write a folder, or s3://bucket/prefix", param, ctx)
        if isinstance(found, Path) and found.is_file():
            self.fail(f"{value!r} is a file; write the path of a folder", param, ctx)
        return found
