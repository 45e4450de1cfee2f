"""`python -m galtea_frames` is the command line."""

from galtea_frames.cli import main

main()
