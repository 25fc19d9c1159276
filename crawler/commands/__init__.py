"""The commands' work, one verb a module; :mod:`crawler.cli` gives them their names and options."""
