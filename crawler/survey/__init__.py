"""Looking a site over before it becomes a source: which entrances it has, and which of them are worth polling."""

from crawler.survey.block import block
from crawler.survey.choose import Proposal, propose
from crawler.survey.model import Candidate, Survey

__all__ = ["Candidate", "Proposal", "Survey", "block", "propose"]
