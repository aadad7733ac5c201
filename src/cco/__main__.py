"""``python -m cco`` is ``cco``."""

from cco.cli import main

if __name__ == "__main__":
    main()
