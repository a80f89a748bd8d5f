"""Frames to frames: what the printed lines mean, which listings are one paper, and which year a page is of.

Everything here is pure: no files, no clock, no environment, no randomness, no logging. Rows keep their order where a
docstring does not say otherwise, and what comes out never depends on the order of what goes in.
"""
