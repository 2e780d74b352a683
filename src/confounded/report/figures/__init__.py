"""Figures as data: one figure, one file, one function that returns its specification."""
