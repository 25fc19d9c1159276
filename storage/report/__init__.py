"""Questions put to an archive's tables for the page that people look at; ``docs/report.md`` says what it shows."""

from storage.report.ask import report
from storage.report.model import Report

__all__ = ["Report", "report"]
