"""Lets `python -m netkeel` do what the command `netkeel` does."""

from netkeel.cli.main import main

if __name__ == "__main__":
    main()
