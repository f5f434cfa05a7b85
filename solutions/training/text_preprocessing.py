"""Make the files of solutions/data/text_preprocessing/: chapters of a novel, and how the first look cuts three texts.

    cd solutions && python training/text_preprocessing.py JANEAUSTENR.deb

JANEAUSTENR.deb is Debian's package r-cran-janeaustenr, version 1.0.0 (`apt-get download r-cran-janeaustenr`). Reading R's
file format needs the Python package rdata, which the course itself does not use; so does `dpkg-deb`.
"""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path

from gpt import NOVELS, clean, read_novels

from dlcourse.authoring import load_reference

OUT = Path("data/text_preprocessing")
CHAPTERS = 22
MERGES = 2000
BEGINNING, END = "Her greedy eye", "in her hand."
"""Of the passage of the first look, which stands in the last of the chapters."""
GREEK = (
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. "  # noqa: RUF001
    "Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με πνεύμα αδελφοσύνης."  # noqa: RUF001
)


def cuts(text: str, merges: list[tuple[int, int]], split, join_pair) -> list[int]:
    """For each place between two bytes, the number of the merge that closes it; MERGES where none does."""
    rank = {pair: i for i, pair in enumerate(merges)}
    closed: list[int] = []
    for piece in split(text):
        ids = list(piece.encode())
        sizes = dict(enumerate([1] * 256))
        for i, (a, b) in enumerate(merges):
            sizes[256 + i] = sizes[a] + sizes[b]
        inside = [MERGES] * (len(ids) - 1)
        while known := [pair for pair in zip(ids, ids[1:], strict=False) if pair in rank]:
            best = min(known, key=rank.__getitem__)
            joined = join_pair(ids, best, 256 + rank[best])
            place = 0
            for new in joined:
                if new == 256 + rank[best]:
                    inside[place + sizes[best[0]] - 1] = min(
                        inside[place + sizes[best[0]] - 1], rank[best]
                    )
                place += sizes[new]
            ids = joined
        closed += [*inside, MERGES]
    return closed[:-1]


def main(package: Path) -> None:
    """Read, clean, cut, write."""
    novel = read_novels(package)[NOVELS.index("northangerabbey")]
    chapters = [
        clean(c).strip() for c in re.split(r"(?m)^CHAPTER \d+\s*$", novel)[1 : CHAPTERS + 1]
    ]
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "northanger.txt").write_text("\n\n".join(chapters) + "\n", encoding="utf-8")

    ref = load_reference("text_preprocessing")
    merges = ref.byte_train(chapters[:-1], MERGES)
    last = chapters[-1]
    start = last.index(BEGINNING)
    passage = last[start : last.index(END, start) + len(END)]
    generator = random.Random(0)
    shuffled = re.sub(r"[A-Za-z]+", lambda m: "".join(generator.sample(m[0], len(m[0]))), passage)
    texts = {"the novel": passage, "its letters shuffled": shuffled, "Greek": GREEK}
    stored = {
        name: {"text": text, "cuts": cuts(text, merges, ref.gpt2_split, ref.join_pair)}
        for name, text in texts.items()
    }
    (OUT / "first_look.json").write_text(
        json.dumps(stored, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
