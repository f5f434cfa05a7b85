"""Make the files of solutions/data/bert/: a small BERT that read the six novels of Jane Austen (1775-1817).

    python solutions/training/bert.py JANEAUSTENR.deb           all files of solutions/data/bert/

JANEAUSTENR.deb is Debian's package r-cran-janeaustenr, as for `gpt.py` beside this file, which reads it (with the Python
package rdata). The vocabulary comes from the Python package tokenizers. The course itself uses neither.

The last tenth of each novel is held out. Quotation marks are taken out of what the network reads: the notebook's labels,
speech or narration, are made from them.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from gpt import clean, read_novels
from torch import Tensor, nn

VOCAB, L, WIDTH, HEADS, LAYERS = 2000, 24, 96, 4, 2
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TOKEN = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9\s]")
KEPT = 800
"""Sentences of each kind that the notebook gets, from all novels."""


class Layer(nn.Module):
    """The notebook's encoder layer."""

    def __init__(self) -> None:
        super().__init__()
        D = WIDTH
        self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.up, self.down = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        self.attention = nn.ModuleDict({"LayerNorm": nn.LayerNorm(D, eps=1e-12)})
        self.output = nn.ModuleDict({"LayerNorm": nn.LayerNorm(D, eps=1e-12)})

    def forward(self, h: Tensor, allowed: Tensor) -> Tensor:
        q, k, v = self.qkv(h).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        heads = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        h = self.attention["LayerNorm"](h + self.out(heads.transpose(1, 2).flatten(2)))
        return self.output["LayerNorm"](h + self.down(F.gelu(self.up(h))))


class Reader(nn.Module):
    """The notebook's `Bert`, with the same names of parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(0.1 * torch.randn(VOCAB, WIDTH))
        self.segment = nn.Parameter(0.05 * torch.randn(2, WIDTH))
        self.position = nn.Parameter(0.05 * torch.randn(L, WIDTH))
        self.LayerNorm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])
        self.mlm = nn.ParameterDict({"bias": torch.zeros(VOCAB)})

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        h = self.LayerNorm(self.token[ids] + self.segment[0] + self.position[: ids.shape[1]])
        for layer in self.layers:
            h = layer(h, mask[:, None, None])
        return h


def learn_pieces(text: str) -> list[str]:
    """The vocabulary of WordPiece, learned by tokenizers."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCAB, special_tokens=SPECIALS, show_progress=False
    )
    tokenizer.train_from_iterator(text.split("\n"), trainer)
    ids = tokenizer.get_vocab()
    return sorted(ids, key=ids.__getitem__)


def cut(word: str, vocab: dict[str, int]) -> list[int]:
    """Longest match first, as the notebook's `wordpiece` does it."""
    ids, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocab:
                break
        else:
            return [vocab["[UNK]"]]
        ids.append(vocab[piece])
        start = end
    return ids


def encode(text: str, vocab: dict[str, int]) -> list[int]:
    known: dict[str, list[int]] = {}
    ids: list[int] = []
    for word in TOKEN.findall(text.lower()):
        if word not in known:
            known[word] = cut(word, vocab)
        ids += known[word]
    return ids


def train(ids: Tensor, steps: int, batch: int, seed: int) -> Reader:
    """Masked language modelling on windows that are cut anywhere, 30 % selected.

    The first 40 % of the steps see windows of eight pieces: neighbours are found sooner among few. Then half of
    the windows are full, the others of any length.
    """
    generator = torch.Generator().manual_seed(seed)
    model = Reader()
    decay = [w for w in model.parameters() if w.ndim > 1]
    rest = [w for w in model.parameters() if w.ndim == 1]
    groups = [{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.98))
    pad, cls, sep, mask_id = (
        SPECIALS.index(mark) for mark in ("[PAD]", "[CLS]", "[SEP]", "[MASK]")
    )
    start, recent = time.time(), []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min((step + 1) / 100, 1.5 * (steps - step) / steps, 1)
        short = step < 0.4 * steps
        B, T = (2 * batch, 10) if short else (batch, L)
        length = torch.randint(8, T + 1, (B, 1), generator=generator)
        length[torch.rand(B, 1, generator=generator) < (1 if short else 0.5)] = T
        place = torch.arange(T)
        window = ids[torch.randint(len(ids) - T, (B, 1), generator=generator) + place]
        window = torch.where(place == length - 1, sep, window)
        window = torch.where(place >= length, pad, window)
        window[:, 0] = cls
        mask, inside = place < length, (place > 0) & (place < length - 1)
        selected = (torch.rand(B, T, generator=generator) < 0.3) & inside
        fate = torch.randint(10, (B, T), generator=generator)
        noise = torch.randint(VOCAB, (B, T), generator=generator)
        hidden = torch.where(fate < 8, mask_id, torch.where(fate < 9, noise, window))
        h = model(torch.where(selected, hidden, window), mask)[selected]
        loss = F.cross_entropy(h @ model.token.T + model.mlm["bias"], window[selected])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent.append(loss.item())
        if step % 100 == 99:
            mean = sum(recent[-100:]) / 100
            print(f"{step + 1}: {mean:.3f} nats, {time.time() - start:.0f} s", flush=True)
    return model.eval()


def quantized(model: Reader) -> dict[str, np.ndarray]:
    """Matrices as int8 with a float16 scale per row, vectors as float16."""
    flat: dict[str, np.ndarray] = {}
    for name, weight in model.state_dict().items():
        w = weight.numpy()
        if w.ndim == 1:
            flat[name] = w.astype(np.float16)
            continue
        scale = (np.abs(w).max(1, keepdims=True) / 127).astype(np.float16)
        flat[name] = np.clip(np.round(w / scale.astype(np.float32)), -127, 127).astype(np.int8)
        flat[name + ".scale"] = scale
    return flat


def sentences(novel: str, vocab: dict[str, int]) -> list[tuple[str, str]]:
    """Sentences that are wholly inside or wholly outside of quotation marks, with their kind."""
    found = []
    for paragraph in novel.split("\n"):
        parts = paragraph.split('"')
        if len(parts) % 2 == 0:
            continue  # a mark without its partner
        for i, part in enumerate(parts):
            for sentence in re.findall(r"[A-Z][^.!?]*[.!?]", part):
                text = " ".join(TOKEN.findall(sentence.lower()))
                ids = encode(text, vocab)
                if 8 <= len(ids) <= 22 and vocab["[UNK]"] not in ids and not set("-'") & set(text):
                    found.append(("speech" if i % 2 else "narration", text))
    return found


def blanks(ids: list[int], pieces: list[str], dice: np.random.Generator) -> dict[str, np.ndarray]:
    """Windows of 22 held-out pieces, and in each a whole word to be hidden, with room on both sides."""
    windows, places = [], []
    while len(windows) < 400:
        first, place = int(dice.integers(len(ids) - 23)), int(dice.integers(8, 13))
        window = [pieces[i] for i in ids[first : first + 22]]
        if window[place].isalpha() and not window[place + 1].startswith("##"):
            windows.append(ids[first : first + 22])
            places.append(place)
    return {"windows": np.array(windows, np.int16), "blank": np.array(places, np.int8)}


def main() -> None:
    """Read, clean, split, train, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("package", type=Path)
    parser.add_argument("--out", type=Path, default=Path("solutions/data/bert"))
    parser.add_argument("--steps", type=int, default=2800)
    parser.add_argument("--batch", type=int, default=80)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)

    novels = [re.sub(r"\b(Mrs?|Dr|St)\.", r"\1", clean(n)) for n in read_novels(options.package)]
    cuts = [novel.rindex("\n", 0, int(0.9 * len(novel))) + 1 for novel in novels]
    seen = "".join(novel[:at] for novel, at in zip(novels, cuts, strict=True)).replace('"', "")
    pieces = learn_pieces(seen.lower())
    vocab = {piece: i for i, piece in enumerate(pieces)}
    ids = torch.tensor(encode(seen, vocab))
    print(f"{len(pieces)} pieces, {len(ids)} tokens", flush=True)

    dice = np.random.default_rng(options.seed)
    unseen = "".join(novel[at:] for novel, at in zip(novels, cuts, strict=True)).replace('"', "")

    start = time.time()
    model = train(ids, options.steps, options.batch, options.seed)
    about = {
        "steps": options.steps,
        "minutes": round((time.time() - start) / 60, 1),
        "heads": HEADS,
    }
    counts = torch.bincount(ids, minlength=VOCAB)
    options.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        options.out / "reader.npz",
        about=np.array(json.dumps(about)),
        pieces=np.array("\n".join(pieces)),
        counts=counts.numpy().astype(np.int32),
        **blanks(encode(unseen, vocab), pieces, dice),
        **quantized(model),
    )
    found = [
        s for novel, at in zip(novels, cuts, strict=True) for s in sentences(novel[at:], vocab)
    ]
    lines = []
    for kind in ("speech", "narration"):
        mine = list(dict.fromkeys(text for k, text in found if k == kind))
        chosen = dice.permutation(len(mine))[:KEPT]
        print(kind, len(mine))
        lines += [f"{kind}\t{mine[i]}" for i in chosen]
    order = dice.permutation(len(lines))
    (options.out / "sentences.tsv").write_text("".join(lines[i] + "\n" for i in order))


if __name__ == "__main__":
    main()
