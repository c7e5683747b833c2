"""`python -m offbook`."""

from offbook.streams.cli import main

if __name__ == "__main__":
    main()
