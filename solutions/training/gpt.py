"""Make the files of solutions/data/gpt/: a small GPT trained on the six novels of Jane Austen (1775-1817).

    python solutions/training/gpt.py JANEAUSTENR.deb            all files of solutions/data/gpt/

JANEAUSTENR.deb is Debian's package r-cran-janeaustenr, version 1.0.0 (`apt-get download r-cran-janeaustenr`). The novels
are in the public domain; they come from Project Gutenberg through Julia Silge's R package janeaustenr (MIT licence).
Reading R's file format needs the Python package rdata, which the course itself does not use; so does `dpkg-deb`.

The weights of the course were made with the defaults: seed 0, 4500 steps of 24 windows of 96 tokens, 21.4 minutes on one
core of a two-core machine, 1.014 nats per character on the last tenth of each novel, which is held out.
"""

from __future__ import annotations

import argparse
import bz2
import json
import lzma
import math
import re
import subprocess
import tempfile
import time
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

NOVELS = (
    "sensesensibility",
    "prideprejudice",
    "mansfieldpark",
    "emma",
    "northangerabbey",
    "persuasion",
)
N_CTX, WIDTH, HEADS, LAYERS, VOCAB = 96, 160, 4, 4, 768
SPLIT = re.compile(r" ?[A-Za-z']+| ?[0-9]+| ?[^A-Za-z0-9\s]+|\n| +")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
HEADING = re.compile(
    r"(?i)(chapter|volume|vol\.?|book|fin(?:is)|the end|by jane austen|\(?18\d\d\)?|end of).{0,40}"
)
SHIPPED = 10_000
"""Characters of each novel's held-out tenth that the notebook gets."""
FIRST_LOOK = "I can listen no longer in silence."
"""Where the passage of the first look begins: the letter in Persuasion, which is held out."""

Params = dict[str, Any]


def read_novels(package: Path) -> list[str]:
    """The lines of each novel out of Debian's package, as they are."""
    import rdata

    def unpack(raw: bytes) -> Any:
        return rdata.conversion.convert(rdata.parser.parse_data(raw))

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg-deb", "-x", str(package), folder], check=True)
        (index,) = Path(folder).rglob("data/Rdata.rdx")
        places = unpack(zlib.decompress(index.read_bytes(), wbits=47))["variables"]
        stored = index.with_suffix(".rdb").read_bytes()
    novels = []
    for name in NOVELS:
        start, length = (int(n) for n in places[name])
        block = stored[start : start + length]  # four bytes of length, perhaps a letter for the method
        if block[4:5] == b"Z":
            raw = lzma.decompress(
                block[5:], lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}]
            )
        elif block[4:5] == b"2":
            raw = bz2.decompress(block[5:])
        else:
            raw = zlib.decompress(block[4:])
        novels.append("\n".join(str(line) for line in unpack(raw)))
    return novels


def clean(novel: str) -> str:
    """One line per paragraph in plain ASCII, without titles and headings."""
    text = unicodedata.normalize("NFKD", novel)
    text = "".join(c for c in text if not unicodedata.combining(c))
    for old, new in (("_", ""), ("“", '"'), ("”", '"'), ("’", "'"), ("‘", "'"), ("—", "--"), ("`", "'")):  # noqa: RUF001
        text = text.replace(old, new)
    paragraphs = [re.sub(r"\s+", " ", p).strip() for p in re.split(r"\n\s*\n", text)]
    kept = [
        p
        for p in paragraphs
        if re.search(r"[a-z]", p)
        and not HEADING.fullmatch(p)
        and not (p.isupper() and len(p) < 60)
    ]
    text = "".join(c for c in "\n".join(kept) + "\n" if c == "\n" or " " <= c <= "~")
    return re.sub(r" +", " ", re.sub(r"[\[\]*#&{}<>@/|=+~^%$\\]", "", text))


def learn_merges(text: str, vocabulary: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Byte-pair encoding over words with their leading space.

    Returns:
        The characters, and the merges, most frequent first, the smaller pair first where they are equal.
    """
    words = {tuple(w): n for w, n in Counter(SPLIT.findall(text)).items()}
    base = sorted({c for w in words for c in w})
    merges: list[tuple[str, str]] = []
    while len(base) + len(merges) < vocabulary:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:], strict=False):
                pairs[pair] += n
        best, _ = min(pairs.items(), key=lambda item: (-item[1], item[0]))
        merges.append(best)
        merged: Counter[tuple[str, ...]] = Counter()
        for word, n in words.items():
            merged[_merge(word, best)] += n
        words = dict(merged)
    return base, merges


def _merge(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    parts, i = [], 0
    while i < len(word):
        width = 2 if word[i : i + 2] == pair else 1
        parts.append("".join(word[i : i + width]))
        i += width
    return tuple(parts)


def encoder(base: list[str], merges: list[tuple[str, str]]) -> Callable[[str], list[int]]:
    """The function from text to token ids."""
    ids = {piece: i for i, piece in enumerate([*base, *(a + b for a, b in merges)])}
    rank = {pair: i for i, pair in enumerate(merges)}
    known: dict[str, list[int]] = {}

    def of_word(word: str) -> list[int]:
        if word not in known:
            parts = tuple(word)
            while pairs := [p for p in zip(parts, parts[1:], strict=False) if p in rank]:
                parts = _merge(parts, min(pairs, key=rank.__getitem__))
            known[word] = [ids[part] for part in parts]
        return known[word]

    return lambda text: [i for word in SPLIT.findall(text) for i in of_word(word)]


def initial(generator: torch.Generator) -> Params:
    """Random weights in the layout of the notebook's ``init_gpt``."""

    def normal(*shape: int, std: float = 0.02) -> torch.Tensor:
        return (std * torch.randn(*shape, generator=generator)).requires_grad_()

    def zeros(n: int) -> torch.Tensor:
        return torch.zeros(n, requires_grad=True)

    def norm() -> tuple[torch.Tensor, torch.Tensor]:
        return torch.ones(WIDTH, requires_grad=True), zeros(WIDTH)

    small = 0.02 / math.sqrt(2 * LAYERS)
    blocks = [
        {
            "ln_1": norm(),
            "Wqkv": normal(WIDTH, 3 * WIDTH),
            "Wo": normal(WIDTH, WIDTH, std=small),
            "ln_2": norm(),
            "W1": normal(WIDTH, 4 * WIDTH),
            "b1": zeros(4 * WIDTH),
            "W2": normal(4 * WIDTH, WIDTH, std=small),
            "b2": zeros(WIDTH),
        }
        for _ in range(LAYERS)
    ]
    return {
        "wte": normal(VOCAB, WIDTH),
        "wpe": normal(N_CTX, WIDTH),
        "blocks": blocks,
        "ln_f": norm(),
    }


def leaves(tree: Any) -> list[torch.Tensor]:
    """All tensors of a tree of dictionaries, lists and tuples."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    parts: Iterable[Any] = tree.values() if isinstance(tree, dict) else tree
    return [leaf for part in parts for leaf in leaves(part)]


def forward(ids: torch.Tensor, params: Params, drop: float = 0.0) -> torch.Tensor:
    """Logits of the decoder of the notebook, with dropout."""
    B, T = ids.shape
    h = F.dropout(params["wte"][ids] + params["wpe"][:T], drop, drop > 0)
    for block in params["blocks"]:
        x = F.layer_norm(h, (WIDTH,), *block["ln_1"])
        q, k, v = (x @ block["Wqkv"]).view(B, T, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + F.dropout(y.transpose(1, 2).reshape(B, T, WIDTH) @ block["Wo"], drop, drop > 0)
        x = F.layer_norm(h, (WIDTH,), *block["ln_2"])
        x = F.gelu(x @ block["W1"] + block["b1"]) @ block["W2"] + block["b2"]
        h = h + F.dropout(x, drop, drop > 0)
    return F.layer_norm(h, (WIDTH,), *params["ln_f"]) @ params["wte"].T


def heldout_nats(ids: torch.Tensor, params: Params, characters: int) -> float:
    """Nats per character, each window predicting its second half from all of it before."""
    total, half = 0.0, N_CTX // 2
    with torch.no_grad():
        windows = ids.unfold(0, N_CTX + 1, half)
        for part in windows.split(64):
            log_p = forward(part[:, :-1], params).log_softmax(-1)
            total -= log_p.gather(-1, part[:, 1:, None])[:, half:].sum().item()
    return total / (len(windows) * half) * len(ids) / characters


def train(ids: torch.Tensor, steps: int, batch: int, drop: float, seed: int) -> Params:
    """AdamW with a warm-up and a cosine."""
    generator = torch.Generator().manual_seed(seed)
    params = initial(generator)
    matrices = [w for w in leaves(params) if w.ndim > 1]
    vectors = [w for w in leaves(params) if w.ndim == 1]
    groups = [
        {"params": matrices, "weight_decay": 0.1},
        {"params": vectors, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.95))
    start = time.time()
    for step in range(steps):
        cosine = 0.05 + 0.475 * (1 + math.cos(math.pi * step / steps))
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min((step + 1) / 150, cosine)
        first = torch.randint(len(ids) - N_CTX - 1, (batch, 1), generator=generator)
        window = ids[first + torch.arange(N_CTX + 1)]
        logits = forward(window[:, :-1], params, drop)
        loss = F.cross_entropy(logits.reshape(-1, VOCAB), window[:, 1:].reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*matrices, *vectors], 1.0)
        optimizer.step()
        if step % 100 == 99:
            print(
                f"{step + 1}: {loss.item():.3f} nats a token, {time.time() - start:.0f} s", flush=True
            )
    return params


def quantized(params: Params) -> dict[str, np.ndarray]:
    """Matrices as int8 with a float16 scale per row, vectors as float16; named by their path."""
    flat: dict[str, np.ndarray] = {}

    def walk(name: str, tree: Any) -> None:
        if isinstance(tree, dict):
            for key, part in tree.items():
                walk(f"{name}.{key}".lstrip("."), part)
        elif isinstance(tree, list):
            for i, part in enumerate(tree):
                walk(f"{name}.{i}", part)
        elif isinstance(tree, tuple):
            walk(name + ".gain", tree[0])
            walk(name + ".bias", tree[1])
        else:
            w = tree.detach().numpy()
            if w.ndim == 1:
                flat[name] = w.astype(np.float16)
                return
            scale = (np.abs(w).max(1, keepdims=True) / 127).astype(np.float16)
            rounded = np.round(w / scale.astype(np.float32))
            flat[name] = np.clip(rounded, -127, 127).astype(np.int8)
            flat[name + ".scale"] = scale

    walk("", params)
    return flat


def first_look(text: str, pieces: list[str], encode: Any, params: Params) -> dict[str, Any]:
    """What the model expects at each place of a held-out passage: its eight best tokens."""
    ids = encode(text)[: N_CTX - 8]
    with torch.no_grad():
        probs = forward(torch.tensor([ids]), params)[0, :-1].softmax(-1)
    best = probs.topk(8)
    return {
        "pieces": [pieces[i] for i in ids],
        "p": [round(p, 6) for p in probs.gather(1, torch.tensor(ids)[1:, None])[:, 0].tolist()],
        "best": [
            [[pieces[i], round(p, 4)] for i, p in zip(*row, strict=True)]
            for row in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ],
    }


def main() -> None:
    """Read, clean, split, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("package", type=Path)
    parser.add_argument("--out", type=Path, default=Path("solutions/data/gpt"))
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--drop", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)  # dropout draws from it

    novels = [clean(novel) for novel in read_novels(options.package)]
    cuts = [novel.rindex("\n", 0, int(0.9 * len(novel))) + 1 for novel in novels]
    seen = "".join(novel[:cut] for novel, cut in zip(novels, cuts, strict=True))
    base, merges = learn_merges(seen, VOCAB)
    known = set(base)
    unseen = ["".join(c for c in n[cut:] if c in known) for n, cut in zip(novels, cuts, strict=True)]
    pieces = [*base, *(a + b for a, b in merges)]
    encode = encoder(base, merges)

    start = time.time()
    params = train(torch.tensor(encode(seen)), options.steps, options.batch, options.drop, options.seed)
    everything = "".join(unseen)
    nats = heldout_nats(torch.tensor(encode(everything)), params, len(everything))
    about = {
        "seed": options.seed,
        "steps": options.steps,
        "minutes": round((time.time() - start) / 60, 1),
        "heldout_nats_per_character": round(nats, 4),
        "heads": HEADS,
    }
    print(about)
    options.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        options.out / "austen_gpt.npz",
        about=np.array(json.dumps(about)),
        base=np.array("".join(base)),
        merges=np.array("\t".join(f"{a}\x1f{b}" for a, b in merges)),
        **quantized(params),
    )
    write_texts(options.out, seen, unseen, first_look_of(unseen, pieces, encode, params))


def first_look_of(unseen: list[str], pieces: list[str], encode: Any, params: Params) -> dict[str, Any]:
    """The passage of the first look, from where it begins in the held-out text."""
    everything = "".join(unseen)
    return first_look(everything[everything.index(FIRST_LOOK) :][:600], pieces, encode, params)


def write_texts(out: Path, seen: str, unseen: list[str], look: dict[str, Any]) -> None:
    """The excerpt of the held-out text, the words of the training text, and the first look."""
    ends = [text.rindex(". ", 0, SHIPPED) + 1 for text in unseen]
    excerpt = "".join(text[:end] + "\n" for text, end in zip(unseen, ends, strict=True))
    (out / "austen_heldout.txt").write_text(excerpt)
    counts = Counter(WORD.findall(seen.lower()))
    words = sorted(word for word, n in counts.items() if n > 1)
    (out / "austen_words.txt").write_text("\n".join(words) + "\n")
    (out / "austen_first_look.json").write_text(json.dumps(look, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
