"""Platforms, one a file."""
