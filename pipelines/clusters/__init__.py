"""Which articles are copies of which: near-identical texts of one cluster, in the table ``clusters``.

::

    shingles.py    a text as hashes of its word sequences, and as hashes of its paragraphs
    signatures.py  MinHash signatures, and how alike two texts are by them
    candidates.py  which signatures are worth a closer look (LSH)
    likeness.py    how alike two texts are, and whether that makes them copies
    houses.py      paragraphs that a house prints below different texts
    members.py     what is known of every article that was compared, in vectors
    joining.py     who joins which cluster, and who was first
    run.py         batches of new articles, compared and committed

``docs/clusters.md`` says it for analysts, with measurements.
"""

from pipelines.clusters.run import Clustered, cluster

__all__ = ["Clustered", "cluster"]
