"""`python -m galtea_frames` is the command line."""

from galtea_frames.cli.main import main

if __name__ == "__main__":
    main()
