"""The text of an article as the page's linked data states it, to be compared with what the page shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines import tokens


@dataclass(slots=True)
class StatedText:
    """A stated text; false where nothing is stated."""

    text: str = ""
    _squeezed: str | None = field(default=None, init=False, repr=False)

    def __bool__(self) -> bool:
        return bool(self.text)

    def holds(self, paragraph: str) -> bool:
        """Whether the words of ``paragraph`` stand in the text, in their order, whatever is between them."""
        # Most paragraphs stand there letter by letter and need not be taken apart.
        if paragraph in self.text:
            return True
        if self._squeezed is None:
            self._squeezed = squeeze(self.text)
        return squeeze(paragraph) in self._squeezed


def squeeze(text: str) -> str:
    """The words of ``text`` in one: for finding a paragraph in a text whose breaks were lost."""
    return tokens.joined(text.casefold())
