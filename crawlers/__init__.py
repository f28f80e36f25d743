"""Job postings from employers' career pages, read for what they say about visas, with evidence."""

__version__ = "0.1.0"
