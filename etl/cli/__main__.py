"""Lets ``python -m etl.cli`` do what ``paperhouse`` does, also where the command is not installed."""

from etl.cli import main

main()
