"""The page of ``broadsheet report``: what :mod:`storage.report` found, as one HTML file that needs nothing else.

:mod:`crawler.report.page` needs the extra [report].
"""

GENERATOR = '<meta name="generator" content="broadsheet report">'
"""What a file says of itself near its beginning; only such a one is replaced."""
