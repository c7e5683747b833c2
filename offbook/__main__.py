"""`python -m offbook`."""

from offbook.cli.app import main

if __name__ == "__main__":
    main()
