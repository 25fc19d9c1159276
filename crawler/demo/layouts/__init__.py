"""How each paper draws its pages: a module a paper, each with ``article``, ``front`` and ``plain``."""
