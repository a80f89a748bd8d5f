"""A release for people to look at: the figures of its report, its pictures, its page, and the digest of what is new.

All of it is a function of the release's tables, never of the clock.
"""
