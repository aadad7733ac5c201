"""Measurements of speed and size. Nothing here is a test: figures are printed and written to a report."""
