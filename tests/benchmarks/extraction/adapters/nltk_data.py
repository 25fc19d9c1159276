"""An empty sentence model for NLTK, whose own one is to be had from no package registry.

newspaper4k counts the stop words of Korean text with NLTK's `word_tokenize`, which first cuts the text into sentences
with a model of English and raises without one. The counts depend on words alone, so an untrained model serves as well.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import nltk.data

FILES = ("abbrev_types.txt", "collocations.tab", "ortho_context.tab", "sent_starters.txt")
"""What `nltk.tokenize.punkt.load_punkt_params` reads."""


_folder = tempfile.TemporaryDirectory(prefix="nltk-")  # gone when the process ends


def install() -> None:
    """Let NLTK find an untrained model, for as long as this process lives, where it has no other."""
    try:
        nltk.data.find("tokenizers/punkt_tab")
    except LookupError:
        model = Path(_folder.name, "tokenizers", "punkt_tab", "english")
        model.mkdir(parents=True)
        for name in FILES:
            (model / name).touch()
        nltk.data.path.append(_folder.name)
