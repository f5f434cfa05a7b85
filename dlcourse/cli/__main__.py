"""`python -m dlcourse.cli`."""

from . import main

main()
