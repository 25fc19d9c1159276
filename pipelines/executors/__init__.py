"""Where the tasks of an import or a rebuild run: in this process, or elsewhere.

A task is a top-level function and one item, a frozen dataclass of plain values; both can be pickled. It opens the
archive itself, commits under a run of its own, and can be begun again after a kill: what is committed is not done
twice. A segment or a file is a good size for one. What comes back is small: counts, never pages.
"""

from pipelines.executors.base import Ended, Executor
from pipelines.executors.local import LocalExecutor

__all__ = ["Ended", "Executor", "LocalExecutor"]
