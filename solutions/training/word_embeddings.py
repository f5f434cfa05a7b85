"""Make solutions/data/word_embeddings/austen.txt.xz: two novels of Jane Austen (1775-1817), one sentence per line.

    python solutions/training/word_embeddings.py JANEAUSTENR.deb         from the repository's root

JANEAUSTENR.deb is Debian's package r-cran-janeaustenr, version 1.0.0 (`apt-get download r-cran-janeaustenr`); it is read and
cleaned as in gpt.py, which lies beside this script. Kept are *Sense and Sensibility* and *Pride and Prejudice*: words in
lower case, without punctuation, a sentence or part of one (up to a full stop, a semicolon, a colon or a dash) per line,
those of one word left out, and an empty line between the novels.
"""

from __future__ import annotations

import lzma
import re
import sys
from pathlib import Path

from gpt import clean, read_novels

OUT = Path("solutions/data/word_embeddings/austen.txt.xz")
TITLE = re.compile(r"\b(Mr|Mrs|Dr|St|Esq|Messrs|Hon)\.")
END = re.compile(r"(?<=[.!?;:])[\"')]*\s+|--")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def sentences(novel: str) -> list[str]:
    """The sentences of a novel, each a line of words."""
    found = []
    for paragraph in TITLE.sub(r"\1", novel).split("\n"):
        for part in END.split(paragraph):
            words = WORD.findall(part.lower())
            if len(words) > 1:
                found.append(" ".join(words))
    return found


def main(package: Path) -> None:
    """Read, clean, cut, write."""
    novels = [sentences(clean(novel)) for novel in read_novels(package)[:2]]
    text = "\n\n".join("\n".join(novel) for novel in novels) + "\n"
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    words = [sum(len(sentence.split()) for sentence in novel) for novel in novels]
    print(f"{words} words, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
