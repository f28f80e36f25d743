"""Readings: what a posting's own words say. Pure functions of text."""
