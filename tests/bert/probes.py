"""Graded tests of bert; docs/authoring.md says how to write them."""

import math

import numpy as np
import torch

from dlcourse import exact, probe, raises, within_se


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(scale * rng.normal(size=shape))


def tokens(rng, V, *shape):
    """Random token ids."""
    return torch.from_numpy(rng.integers(V, size=shape))


def dtypes(*results):
    """Names of the dtypes of tensors."""
    return [str(x.dtype) for x in results]


def torch_rng(rng):
    """A torch generator with a drawn seed."""
    return torch.Generator().manual_seed(int(rng.integers(2**31)))


def fates(ids, special, inputs, labels, mask_id):
    """What became of the tokens: for each fate, zeros and ones over all tokens."""
    ids, special, inputs, labels = (torch.as_tensor(x).reshape(-1) for x in (ids, special, inputs, labels))
    asked = labels == ids
    kinds = {
        "now [MASK]": inputs == mask_id,
        "unchanged": inputs == ids,
        "now another token": (inputs != mask_id) & (inputs != ids),
    }
    return {
        "special, label not -100": special & (labels != -100),
        "label neither the original nor -100": ~asked & (labels != -100),
        **{f"label the original, {kind}": asked & found for kind, found in kinds.items()},
        **{f"no such label, {kind}": ~asked & found for kind, found in kinds.items()},
    }


def to_tenths(tokens):
    """The share of ones to the nearest tenth; 0 only if there is none, 1 only if all are (else 0.05 and 0.95)."""
    share = tokens.double().mean().item()
    return share if share in (0, 1) else min(max(round(10 * share) / 10, 0.05), 0.95)


def all_pairs(sentence_pairs, docs, task, generator):
    """The pairs of one call, as many as there are neighbours; what is missing is ("", "", -1)."""
    pairs = [(a, b, int(label)) for a, b, label in sentence_pairs(docs, generator, task)]
    return pairs + [("", "", -1)] * (sum(len(doc) - 1 for doc in docs) - len(pairs))


def coins_and_order(docs, pairs, task):
    """Zeros and ones over all pairs: the labels, and what no pair may be."""
    true = [pair for doc in docs for pair in zip(doc, doc[1:])]
    number, pairs = len(pairs), pairs[: len(true)]
    label = np.array([p[2] for p in pairs])
    swapped = [(b, a) for a, b in true]
    wrong = [p[:2] != t for p, t in zip(pairs, true)]
    bent = [p[:2] != t for p, t in zip(pairs, swapped)] if task == "sop" else [p[0] != t[0] for p, t in zip(pairs, true)]
    return {
        "label 1": label == 1,
        "label 1 twice in a row": (label[1:] == 1) & (label[:-1] == 1),
        "neither label": (label != 0) & (label != 1),
        "label 0, not the two neighbours": (label == 0) & np.array(wrong),
        "label 1, not what it should be": (label == 1) & np.array(bent),
        "number of pairs": number,
    }


PIECES = "un ##aff ##able ##a aff able a ab abc ##cd ##c ##d b c ##bcd [UNK] [CLS] play ##ing ##ed ##s s ## xy xyz ##zw ##z"
VOCAB = PIECES.split()


@probe("wordpiece", points=1)
def four_words_by_hand(wordpiece):
    """The four words of the text."""
    vocab = {"un", "##aff", "##able", "##a", "aff", "able", "a"}
    return {word: wordpiece(word, vocab) for word in ("unaffable", "unable", "affable", "unknown")}


@probe("wordpiece", points=1)
def labels_by_hand(align_labels):
    """The sentence of the text: the unaffable xy, labels 0, 3, 2."""
    vocab = {"the", "un", "##aff", "##able", "##a", "aff", "able", "a"}
    return align_labels(["the", "unaffable", "xy"], [0, 3, 2], vocab)


@probe("wordpiece", points=3, public=False)
def greedy_cuts(wordpiece):
    """Words with several cuts, words whose longest match leads nowhere; the same words with another vocabulary."""
    vocab = set(VOCAB)
    words = ["abcd", "abcdd", "abcs", "abccd", "aab", "ababc", "playings", "a", "s", "ss", "sss", "unun", "play", "xyzzw", "xyzw", "xyzs"]
    other = {"ab", "##c", "##d", "##s", "p", "##lay", "play", "[CLS]", "##[CLS]"}
    capitals = {"Ab", "##C", "##c", "A", "##B", "b"}
    handed_out = wordpiece("playings", vocab)
    if isinstance(handed_out, list):
        handed_out.append("of the caller")  # who may do so: the next cut is not to know of it
    return {
        "cuts": {word: wordpiece(word, vocab) for word in words},
        "other vocabulary": {word: wordpiece(word, other) for word in words},
        "special token": wordpiece("[CLS]", other),
        "capitals": {word: wordpiece(word, capitals) for word in ("AbC", "Abc", "ABc", "abc", "B", "b")},
        "six other pieces": {word: wordpiece(word, {"abc", "A", "##b", "##c", "B", "##C"}) for word in ("AbC", "Abc", "abc", "B", "b")},
    }


@probe("wordpiece", points=2, public=False)
def words_that_cannot_be_cut(wordpiece):
    """Unknown characters anywhere in the word, capitals, pieces with the wrong mark."""
    vocab = set(VOCAB)
    words = ["zplay", "plazy", "playz", "playingz", "Play", "ing", "ings", "ed", "z", "unplay", "playé", "abz", "xyzw", "xyw"]
    return {word: wordpiece(word, vocab) for word in words}


@probe("wordpiece", points=1, public=False)
def pieces_of_any_length(wordpiece):
    """A word of 300 letters cut into long and short pieces, and an empty vocabulary."""
    vocab = {"x" * 150, "##" + "x" * 100, "##x"}
    return wordpiece("x" * 300, vocab), wordpiece("x" * 149, vocab), wordpiece("x", set())


@probe("wordpiece", points=2, public=False)
def labels_of_a_sentence(align_labels):
    """Words of one to four pieces, unknown words, capitals, equal words with other labels, the labels 0 and -100."""
    vocab, words = set(VOCAB), ["unaffable", "zz", "playings", "a", "play", "abcd", "abccd", "unable"]
    labels = [4, 4, 0, 7, -100, 1, 2, 4]
    again = ["a", "b", "a", "unaffable", "zz", "unaffable", "unaffable"]
    capitals = {"Play", "a", "##b", "A", "##B"}
    return {
        "aligned": align_labels(words, labels, vocab),
        "other labels": align_labels(words, labels[::-1], vocab),
        "words that occur twice": align_labels(again, [1, 2, 3, 4, 5, 6, 7], vocab),
        "capitals": align_labels(["Play", "play", "ab", "AB", "Ab"], [5, 6, 7, 8, 9], capitals),
        "five other pieces": align_labels(["Play", "play", "ab", "AB", "Ab"], [5, 6, 7, 8, 9], {"play", "A", "##b", "ab", "P"}),
        "another vocabulary": align_labels(words, labels, {"un", "##a", "##f", "##b", "##l", "##e", "a"}),
    }


@probe("wordpiece", points=1, public=False)
def sentences_of_no_and_one_word(align_labels):
    """No words at all, a single word of one piece, and a single word of three."""
    return {" ".join(words): align_labels(words, [5] * len(words), set(VOCAB)) for words in ([], ["play"], ["unaffable"])}


IDS = {"[PAD]": 7, "[UNK]": 3, "[CLS]": 9, "[SEP]": 4, "a": 11, "b": 12, "c": 13, "d": 14, "e": 0, "f": 16}


@probe("bert_inputs", points=1)
def truncation_by_hand(bert_inputs):
    """Three pieces a and five pieces b for L = 9, 8, 7 and 13, ids and segments in int64, the mask in bool; [PAD] has the id 7."""
    results = {}
    for L in (9, 8, 7, 13):
        parts = dict(zip(("ids", "segment", "mask", "a fourth one"), bert_inputs(["a"] * 3, ["b"] * 5, IDS, L)))
        results |= {f"L = {L}, {name}": x for name, x in parts.items()}
        results |= {f"L = {L}, dtype of {name}": str(getattr(x, "dtype", type(x))) for name, x in parts.items()}
    return results


@probe("bert_inputs", points=1)
def sum_by_hand(bert_embed):
    """The position of the text: (-1, -2, 3, 4)."""
    f = {"dtype": torch.float64}
    token = torch.tensor([[9.0, 9, 9, 9], [1, 0, 2, 0]], **f)
    segment = torch.tensor([[5.0, 0, 0, 0], [0, 1, 0, 0]], **f)
    position = torch.tensor([[0.0, 0, 1, 3], [7, 0, 0, 0], [0, 7, 0, 0]], **f)
    gain, bias = torch.tensor([1.0, 2, 3, 4], **f), torch.zeros(4, **f)
    return bert_embed(torch.tensor([[1]]), torch.tensor([[1]]), token, segment, position, gain, bias)


@probe("bert_inputs", points=2, public=False, compare=exact())
def pairs_of_all_lengths(bert_inputs):
    """Two texts that leave room, fit exactly, or are too long by one or by many pieces."""
    abc, results = list("abcdefgh"), {}
    for n, m in ((2, 3), (3, 2), (1, 5), (7, 2), (4, 4), (5, 6), (6, 5)):
        for L in (3, 4, 8, 9, 12):
            first, second = abc[:n], abc[::-1][:m]
            ids, segment, mask = bert_inputs(first, second, IDS, L)
            results[f"{n} and {m} pieces, L = {L}"] = [ids, segment, mask]
    return results


@probe("bert_inputs", points=2, public=False, compare=exact())
def single_texts(bert_inputs):
    """One text without a second: padded, exactly fitting, too long; unknown pieces; a vocabulary with other ids."""
    vocab = dict(IDS)
    other = dict(zip(vocab, [0, 5, 8, 6, 3, 2, 1, 4, 7, 9]))
    texts = [["a"], list("abc"), list("abxcz"), list("fedcba"), ["##a", "A", "a"]]
    results = {f"{' '.join(text)}, L = {L}": bert_inputs(text, None, vocab, L) for L in (3, 5, 6) for text in texts}
    return results | {f"{' '.join(text)}, other ids": bert_inputs(text, None, other, 5) for text in texts}


@probe("bert_inputs", points=1, public=False, compare=exact())
def empty_texts(bert_inputs):
    """Empty texts, alone, first and second; the dtypes of the results."""
    results = {
        f"{a}, {b}, L = {L}": bert_inputs(a, b, IDS, L)
        for a, b in (([], None), ([], []), (["a", "b"], []), ([], ["c", "d", "e"]))
        for L in (3, 5, 7)
    }
    return results | {"dtypes": dtypes(*bert_inputs([], None, IDS, 3))}


@probe("bert_inputs", points=3, public=False)
def embeddings_of_a_batch(bert_embed, rng):
    """A batch of three, segments in any order, spare rows in the tables; a batch of one; in float32, too."""
    tables = [normal(rng, 11, 6), normal(rng, 2, 6), normal(rng, 9, 6), normal(rng, 6), normal(rng, 6)]
    ids, segment = tokens(rng, 11, 5, 3).T, tokens(rng, 2, 3, 5)
    return {
        "three": bert_embed(ids, segment, *tables),
        "one": bert_embed(ids[:1, :2], segment[:1, :2], *tables),
        "a single token": bert_embed(ids[:1, :1], segment[:1, :1], *tables),
        "in float32": bert_embed(ids, segment, *(t.float() for t in tables)),
    }


@probe("bert_inputs", points=1, public=False)
def embeddings_that_fill_the_table(bert_embed, rng):
    """As many tokens as there are positions, the same token everywhere; in float32."""
    tables = [normal(rng, *s).float() for s in ((4, 8), (2, 8), (7, 8), (8,), (8,))]
    return bert_embed(torch.full((2, 7), 3), tokens(rng, 2, 2, 7), *tables)


@probe("bert_inputs", points=2, public=False)
def gradients_of_the_tables(bert_embed, rng):
    """Autograd to the three tables, the gain and the bias."""
    tables = [normal(rng, *s).requires_grad_() for s in ((6, 5), (2, 5), (7, 5), (5,), (5,))]
    ids, segment = torch.tensor([[1, 4, 4, 0], [1, 1, 5, 2], [3, 3, 3, 3]]), tokens(rng, 2, 3, 4)
    total = (normal(rng, 3, 4, 5) * bert_embed(ids, segment, *tables)).sum()
    return torch.autograd.grad(total, tables, allow_unused=True)


@probe("mask_tokens", points=1)
def shares_of_many_tokens(mask_tokens, rng):
    """What becomes of 8000 tokens at p = 1, every fifth special: shares to the nearest tenth."""
    ids = torch.from_numpy(rng.integers(10, 5000, size=(40, 200)))
    special = (torch.arange(200) % 5 == 0).expand(40, 200)
    inputs, labels = (torch.as_tensor(x) for x in mask_tokens(ids, special, 5000, 4, torch_rng(rng), p=1.0))
    now = {"now [MASK]": inputs == 4, "unchanged": inputs == ids, "now another token": (inputs != 4) & (inputs != ids)}
    labelled = {"label -100": labels == -100, "label the original": labels == ids}
    return {
        "special tokens": {name: to_tenths(found[special]) for name, found in (labelled | now).items()},
        "other tokens": {name: to_tenths(found[~special]) for name, found in (labelled | now).items()},
    }


@probe("mask_tokens", points=1)
def nothing_is_selected(mask_tokens, rng):
    """With p = 0, or with special tokens only, the inputs are the ids and all labels -100."""
    ids = tokens(rng, 9, 2, 5)
    special = torch.tensor([[True, False, False, True, False], [True, True, False, False, True]])
    g = torch_rng(rng)
    return mask_tokens(ids, special, 9, 8, g, p=0.0), mask_tokens(ids, torch.ones_like(special), 9, 8, g), ids


@probe("mask_tokens", points=3, public=False, compare=within_se(moments=1))
def shares_at_the_usual_rate(mask_tokens, rng):
    """60 000 tokens at the default rate; [MASK] has the id 2999."""
    ids = torch.from_numpy(rng.integers(0, 2990, size=(150, 400)))
    special = torch.from_numpy(rng.random((150, 400)) < 0.2)
    inputs, labels = mask_tokens(ids, special, 3000, 2999, torch_rng(rng))
    return fates(ids, special, inputs, labels, 2999)


@probe("mask_tokens", points=2, public=False, compare=within_se(moments=1))
def shares_at_other_rates(mask_tokens, rng):
    """p = 0.4, and p = 1, where every token that is not special is asked for; the default in rows of four."""
    results, g = {}, torch_rng(rng)
    for p in (0.4, 1.0):
        ids = torch.from_numpy(rng.integers(5, 2000, size=(30, 400)))
        special = torch.from_numpy(rng.random((30, 400)) < 0.3)
        inputs, labels = mask_tokens(ids, special, 2000, 1, g, p)
        results[f"p = {p}"] = fates(ids, special, inputs, labels, 1)
    ids, special = torch.from_numpy(rng.integers(5, 2000, size=(5000, 4))), torch.zeros(5000, 4, dtype=torch.bool)
    inputs, labels = mask_tokens(ids, special, 2000, 1, g)
    return results | {"rows of four": fates(ids, special, inputs, labels, 1)}


@probe("mask_tokens", points=2, public=False, compare=within_se(moments=1))
def which_random_tokens(mask_tokens, rng):
    """Vocabularies of six and three ids, all tokens the last of them, p = 1: how often each id comes up, also side by side."""
    results = {}
    for V in (6, 3):
        ids = torch.full((200, 250), V - 1)
        inputs, labels = mask_tokens(ids, torch.zeros(200, 250, dtype=torch.bool), V, 1, torch_rng(rng), 1.0)
        inputs, labels = torch.as_tensor(inputs), torch.as_tensor(labels)
        random = (inputs != V - 1) & (inputs != 1)  # neither the original nor [MASK]: certainly drawn
        across = random[:, 1:] & (inputs[:, 1:] == inputs[:, :-1])
        down = random[1:] & (inputs[1:] == inputs[:-1])
        found = {"label is not the original": labels != ids, "id outside": (inputs < 0) | (inputs >= V)}
        found |= {f"id {i}": inputs == i for i in range(V)}
        if V == 6:
            found["the same random id side by side"] = torch.cat([across.reshape(-1), down.reshape(-1)])
        results |= {f"V = {V}, {name}": x.reshape(-1) for name, x in found.items()}
    return results


@probe("mask_tokens", points=2, public=False, compare=within_se())
def a_new_mask_each_time(mask_tokens, rng):
    """4000 rows of six tokens: how many of each row are selected, masked and random, which two together; a second call."""
    ids, g = torch.arange(100, 106).repeat(4000, 1), torch_rng(rng)
    special = torch.zeros(4000, 6, dtype=torch.bool)
    (inputs, labels), (others, _) = ([torch.as_tensor(x) for x in mask_tokens(ids, special, 1000, 4, g, 0.5)] for _ in range(2))
    asked, masked = labels != -100, inputs == 4
    random = asked & ~masked & (inputs != ids)
    return {
        "selected tokens of a row": asked.sum(1),
        "masked tokens of a row": masked.sum(1),
        "random tokens of a row": random.sum(1),
        "the first two of a row selected": asked[:, 0] & asked[:, 1],
        "tokens 3 and 5 of a row selected": asked[:, 2] & asked[:, 4],
        "the first of a row and of the next selected": asked[1:, 0] & asked[:-1, 0],
        "the second of a row and of the next masked": masked[1:, 1] & masked[:-1, 1],
        "token 4 masked, token 6 random": masked[:, 3] & random[:, 5],
        "the second call gives the same": bool((inputs == others).all()),
    }


@probe("mask_tokens", points=1, public=False)
def masking_changes_no_argument(mask_tokens, rng):
    """Ids and special stay as they are; dtypes and shapes of the results; a row of special tokens only; a single token."""
    ids, special = tokens(rng, 50, 9, 4).T, torch.from_numpy(rng.random((4, 9)) < 0.3)
    inputs, labels = mask_tokens(ids, special, 50, 3, torch_rng(rng), 0.9)
    row, nothing = mask_tokens(ids[:1], torch.ones(1, 9, dtype=torch.bool), 50, 3, torch_rng(rng), 0.9)
    one, label = mask_tokens(ids[:1, :1], torch.zeros(1, 1, dtype=torch.bool), 50, 3, torch_rng(rng), 1.0)
    return {
        "inputs": [str(inputs.dtype), list(inputs.shape)],
        "labels": [str(labels.dtype), list(labels.shape)],
        "inputs at special tokens": torch.where(special, inputs, -1),
        "labels at special tokens": torch.where(special, labels, -1),
        "only special tokens": (row, nothing),
        "a single token": [list(one.shape), label],
    }


@probe("mlm_loss", points=2)
def three_targets_by_hand(mlm_loss):
    """The batch of the text: probabilities 1/2, 1/8 and 1/4 at three of ten positions."""
    logits = torch.zeros(2, 5, 3, dtype=torch.float64)
    logits[0, 1] = torch.tensor([1 / 2, 1 / 4, 1 / 4]).double().log()
    logits[1, 0] = torch.tensor([1 / 8, 1 / 8, 3 / 4]).double().log()
    logits[1, 3] = torch.tensor([1 / 2, 1 / 4, 1 / 4]).double().log()
    labels = torch.full((2, 5), -100)
    labels[0, 1], labels[1, 0], labels[1, 3] = 0, 1, 2
    return mlm_loss(logits, labels)


@probe("mlm_loss", points=3, public=False)
def selected_positions_of_a_batch(mlm_loss, rng):
    """Rows with four, one and no selected position; a batch of one; one position; in float32, too."""
    logits = normal(rng, 6, 3, 5, scale=2.0).transpose(0, 1)
    labels = torch.tensor([[0, 3, -100, 4, 0, -100], [-100, -100, -100, 2, -100, -100], [-100] * 6])
    equal = mlm_loss(torch.zeros(1, 2, 5).double(), torch.tensor([[-100, 3]]))
    return {
        "three": mlm_loss(logits, labels),
        "other labels": mlm_loss(logits, labels.flip(0)),
        "one": mlm_loss(logits[:1], labels[:1]),
        "one position": mlm_loss(logits[:1, 1:2], labels[:1, 1:2]),
        "five equal logits, less ln 5": equal - math.log(5),
        "in float32": mlm_loss(logits.float(), labels),
    }


@probe("mlm_loss", points=2, public=False)
def no_position_selected(mlm_loss, rng):
    """A batch without a single selected position: the loss and its gradient."""
    logits = normal(rng, 2, 4, 3).requires_grad_()
    loss = mlm_loss(logits, torch.full((2, 4), -100))
    return loss, torch.autograd.grad(loss, logits)


@probe("mlm_loss", points=1, public=False)
def extreme_logits(mlm_loss):
    """Logits of ±1000, in float32; one and two selected positions; the gradients."""
    logits = torch.tensor([[[1000.0, -1000.0, 0.0, 0.0], [-1000.0, 999.0, 1000.0, 0.0], [0.0, 1000.0, 0.0, 5.0]]])
    results = {}
    for labels in ([1, -100, -100], [0, -100, 1], [-100, 1, 3]):
        leaf = logits.clone().requires_grad_()
        loss = mlm_loss(leaf, torch.tensor([labels]))
        results |= {f"labels {labels}": loss, f"labels {labels}, gradient": torch.autograd.grad(loss, leaf)}
    return results


@probe("mlm_loss", points=2, public=False)
def gradient_of_the_mlm_loss(mlm_loss, rng):
    """Autograd to the logits: zero where nothing is asked."""
    logits = normal(rng, 3, 5, 4).requires_grad_()
    labels = torch.tensor([[1, -100, 0, -100, 3], [-100, -100, 2, -100, -100], [3, 3, -100, 0, -100]])
    return torch.autograd.grad(mlm_loss(logits, labels), logits)


DOCS = [["a0", "a1", "a2", "a3"], ["b0"], ["c0", "c1"], ["d0", "d1", "d2"]]


@probe("sentence_pairs", points=1)
def coins_by_hand(sentence_pairs, rng):
    """The documents of the text 90 times: which pairs occur at each place, and how often label 1.

    The share of label 1 is rounded to the nearest half.
    """
    docs, results = [["A0", "A1", "A2"], ["B0", "B1"]], {}
    for task in ("nsp", "sop"):
        runs = [list(sentence_pairs(docs, rng, task)) for _ in range(90)]
        results[f"{task}, numbers of pairs"] = sorted({len(run) for run in runs})
        for i in range(3):
            found = [tuple(run[i]) for run in runs if i < len(run)]
            results[f"{task}, pair {i + 1}"] = sorted({f"({a}, {b}, {int(label)})" for a, b, label in found})
            share = sum(int(label) for *_, label in found) / max(len(found), 1)
            results[f"{task}, share of label 1 in pair {i + 1}"] = round(2 * share) / 2
    return results


@probe("sentence_pairs", points=1)
def sum_of_two_losses(pretraining_loss):
    """Equal logits for the pairs add ln 2 to the loss of the masked tokens, here ln 3."""
    labels = torch.tensor([[1, -100, -100, 0], [-100, 2, -100, -100]])
    pair_labels = torch.tensor([0, 1])
    return pretraining_loss(torch.zeros(2, 4, 3), labels, torch.zeros(2, 2), pair_labels)


@probe("sentence_pairs", points=3, public=False, compare=within_se(6.5, moments=1))
def next_sentence_pairs(sentence_pairs, rng):
    """Documents of 1001, 1, 3 and 801 sentences, then equal documents with equal sentences, for next-sentence prediction."""
    docs = [[f"{name}{i}" for i in range(n)] for name, n in (("a", 1001), ("b", 1), ("c", 3), ("d", 801))]
    pairs = all_pairs(sentence_pairs, docs, "nsp", rng)
    results = coins_and_order(docs, pairs, "nsp")
    for name, part in (("a", pairs[:1000]), ("d", pairs[-800:])):
        drawn = [second if label == 1 else "" for _, second, label in part]
        for other in "abcd":
            results[f"pairs of {name}, label 1, second of {other}"] = np.array([s.startswith(other) for s in drawn])
        place = [(len(s) > 1 and s[1:].isdigit() and int(s[1:]) % 2 == 1) for s in drawn]
        results[f"pairs of {name}, label 1, odd number"] = np.array(place)
        results[f"pairs of {name}, label 1 twice, seconds of one document"] = np.array([s[:1] == t[:1] != "" for s, t in zip(drawn, drawn[1:])])
    long = pairs[:1000] + pairs[-800:]
    results |= {f"label 1, second c{i}": np.array([p[1:] == (f"c{i}", 1) for p in long]) for i in range(3)}
    text = [str(i * i % 11) for i in range(601)]
    docs = [text, list(text), ["x"]]
    pairs = all_pairs(sentence_pairs, docs, "nsp", rng)
    results |= {f"equal documents, {name}": x for name, x in coins_and_order(docs, pairs, "nsp").items()}
    results["equal documents, label 1, second x"] = np.array([p[1:] == ("x", 1) for p in pairs])
    docs = [["x"] * 601, ["x"] * 3]
    found = coins_and_order(docs, all_pairs(sentence_pairs, docs, "nsp", rng), "nsp")
    return results | {f"one sentence everywhere, {name}": found[name] for name in ("label 1", "neither label", "number of pairs")}


@probe("sentence_pairs", points=3, public=False, compare=within_se(moments=1))
def order_pairs(sentence_pairs, rng):
    """Documents of 801, 1, 3 and 401 sentences, one document alone, equal sentences, for sentence-order prediction."""
    docs = [[f"{name}{i}" for i in range(n)] for name, n in (("a", 801), ("b", 1), ("c", 3), ("d", 401))]
    text = [str(i * i % 11) for i in range(801)]
    cases = {"four documents": docs, "one document": docs[:1], "equal sentences": [text, text[:3]]}
    results = {}
    for case, docs in cases.items():
        found = coins_and_order(docs, all_pairs(sentence_pairs, docs, "sop", rng), "sop")
        results |= {f"{case}, {name}": x for name, x in found.items()}
    return results


@probe("sentence_pairs", points=1, public=False, compare=within_se(moments=1))
def coins_are_independent(sentence_pairs, rng):
    """150 runs of each task on two documents: the coins of four pairs, together and from run to run; a long document."""
    docs, results = [["a0", "a1", "a2", "a3"], ["b0", "b1"]], {}
    for task in ("nsp", "sop"):
        labels = np.array([[label == 1 for *_, label in all_pairs(sentence_pairs, docs, task, rng)[:4]] for _ in range(150)])
        results |= {f"{task}, label 1 at pair {i + 1}": labels[:, i] for i in range(4)}
        results[f"{task}, label 1 at two of four pairs"] = labels.sum(1) == 2
        results[f"{task}, pair 1 as in the run before"] = labels[1:, 0] == labels[:-1, 0]
    long = [[str(i) for i in range(80_001)]]
    return results | {"label 1 in a long document": np.array([p[2] == 1 for p in all_pairs(sentence_pairs, long, "sop", rng)])}


@probe("sentence_pairs", points=1, public=False)
def tasks_and_documents(sentence_pairs, rng):
    """Unknown tasks, also with short documents and none; documents of one sentence only; what labels are."""
    short, two = [["x"], ["y"]], [[["p", "q"], ["r"]], [["u", "v"], ["w"]]]
    pairs = [*sentence_pairs(DOCS, rng, "nsp"), *sentence_pairs(DOCS, rng, "sop")]
    unknown = {task: raises(sentence_pairs, DOCS, rng, task) for task in ("NSP", "mlm", "nspsop", "")}
    return unknown | {
        "unknown, one sentence each": raises(sentence_pairs, short, rng, "mlm"),
        "unknown, no documents": raises(sentence_pairs, [], rng, "mlm"),
        "nsp, one sentence each": sentence_pairs(short, rng, "nsp"),
        "sop, one sentence each": sentence_pairs(short, rng, "sop"),
        "sop, no documents": sentence_pairs([], rng, "sop"),
        "sop, documents of equal lengths": [sorted(all_pairs(sentence_pairs, docs, "sop", rng)[0][:2]) for docs in two],
        "labels that are no integers": [str(p) for p in pairs if not isinstance(p[2], int | np.integer) or p[2] is True],
    }


@probe("sentence_pairs", points=2, public=False)
def whole_loss_of_a_batch(pretraining_loss, rng):
    """Unequal numbers of selected tokens, other labels; a batch of one without any; pair logits of ±1000, in float32."""
    mlm, pair = normal(rng, 3, 5, 4), normal(rng, 3, 2, scale=2.0)
    labels = torch.tensor([[-100, 2, 0, -100, -100], [3, -100, -100, -100, -100], [1, 1, -100, 3, 2]])
    pair_labels = torch.tensor([1, 0, 1])
    far = torch.tensor([[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 999.5]])
    return {
        "three": pretraining_loss(mlm, labels, pair, pair_labels),
        "other labels": pretraining_loss(mlm, labels.flip(1), pair, pair_labels),
        "other pair labels": pretraining_loss(mlm, labels, pair, 1 - pair_labels),
        "nothing selected": pretraining_loss(mlm[:1], torch.full((1, 5), -100), pair[:1], pair_labels[:1]),
        "one, a single token": pretraining_loss(mlm[:1, 1:2], labels[:1, 1:2], pair[:1], pair_labels[:1]),
        "pairs of 1000": pretraining_loss(mlm.float(), labels, far, pair_labels),
    }


@probe("sentence_pairs", points=2, public=False)
def gradients_of_the_whole_loss(pretraining_loss, rng):
    """Autograd to both kinds of logits."""
    mlm, pair = normal(rng, 4, 3, 5).requires_grad_(), normal(rng, 4, 2).requires_grad_()
    labels = torch.tensor([[0, -100, 4], [-100, -100, -100], [-100, 2, -100], [1, 3, 3]])
    loss = pretraining_loss(mlm, labels, pair, torch.tensor([0, 1, 1, 0]))
    return torch.autograd.grad(loss, (mlm, pair), allow_unused=True)


@probe("qa_best_span", points=1)
def mix_by_hand(elmo_mix):
    """Layers with the values 4, 8, 2 and w = (0, 0, ln 2), gamma = 1/2: the mix is 2."""
    layers = torch.tensor([4.0, 8.0, 2.0]).view(3, 1, 1, 1).expand(3, 1, 2, 1)
    return elmo_mix(layers, torch.tensor([0.0, 0.0, math.log(2)]), torch.tensor(0.5))


@probe("qa_best_span", points=1)
def classifier_by_hand(cls_logits):
    """h_0 = ln 2 gives the logits (3, -2); the second position does not matter."""
    h, one = torch.tensor([[[math.log(2)], [7.0]]]), torch.ones(1, 1)
    return cls_logits(h, one, torch.zeros(1), torch.tensor([[5.0, -5.0]]), torch.tensor([0.0, 1.0]))


@probe("qa_best_span", points=1)
def spans_by_hand(qa_best_span):
    """The six positions of the text, then with a_2 = z_4 = 6 for at most three tokens and two."""
    start, end = torch.tensor([9.0, 0, 1, 0, 4, 2]), torch.tensor([0.0, 9, 0, 3, 1, 0])
    paragraph = torch.tensor([False, False, True, True, True, True])
    other, later = torch.tensor([9.0, 0, 6, 0, 4, 2]), torch.tensor([0.0, 9, 0, 3, 6, 0])
    cases = {"m = 4": (start, end, 4), "a_2 = z_4 = 6, m = 3": (other, later, 3), "a_2 = z_4 = 6, m = 2": (other, later, 2)}
    results = {name: qa_best_span(a, z, paragraph, m) for name, (a, z, m) in cases.items()}
    kinds = ["a tensor" if torch.is_tensor(x) else "a number" for x in results["m = 4"]]
    return results | {"s, e and score are": kinds}


@probe("qa_best_span", points=2, public=False)
def mixes_of_layers(elmo_mix, rng):
    """Four layers, two and one, w from -1000 to 1000, gamma of either sign; in float32, too."""
    layers, w = normal(rng, 2, 4, 5, 3).transpose(0, 1), normal(rng, 4)
    far, gammas = torch.tensor([1000.0, -1000.0, 999.0, 0.0], dtype=torch.float64), torch.tensor([1.7, -0.3, 2.0, 0.5])
    one, minus, two, half = gammas.double()
    return {
        "gamma = 1.7": elmo_mix(layers, w, one),
        "gamma = -0.3": elmo_mix(layers, w, minus),
        "w of 1000": elmo_mix(layers, far, two),
        "two layers, one sequence": elmo_mix(layers[:2, :1, 1:], w[:2], half),
        "one layer, one token": elmo_mix(layers[:1, :1, :1], w[:1], half),
        "in float32": elmo_mix(layers.float(), w.float(), gammas[0]),
    }


@probe("qa_best_span", points=1, public=False)
def gradients_of_a_mix(elmo_mix, rng):
    """Autograd to the layers, the weights and gamma."""
    leaves = [x.requires_grad_() for x in (normal(rng, 3, 2, 4, 5), normal(rng, 3), torch.tensor(0.7).double())]
    return torch.autograd.grad((normal(rng, 2, 4, 5) * elmo_mix(*leaves)).sum(), leaves, allow_unused=True)


@probe("qa_best_span", points=2, public=False)
def classes_of_a_batch(cls_logits, rng):
    """A pooler of another width, four classes, other weights; one sequence of one token; one class; in float32, too."""
    h = normal(rng, 3, 7, 5)
    weights = [normal(rng, 5, 6), normal(rng, 6), normal(rng, 6, 4), normal(rng, 4)]
    Wp, bp, W, b = weights
    return {
        "three": cls_logits(h, *weights),
        "other weights": cls_logits(h, *(-0.5 * x for x in weights)),
        "one": cls_logits(3 * h[1:2, :1], *weights),
        "one class": cls_logits(h[:1], Wp, bp, W[:, :1], b[:1]),
        "in float32": cls_logits(h.float(), *(x.float() for x in weights)),
    }


@probe("qa_best_span", points=1, public=False)
def gradients_of_the_classifier(cls_logits, rng):
    """Autograd to the encoder's output and all weights of the head."""
    leaves = [normal(rng, *s).requires_grad_() for s in ((2, 3, 5), (5, 4), (4,), (4, 3), (3,))]
    return torch.autograd.grad((normal(rng, 2, 3) * cls_logits(*leaves)).sum(), leaves, allow_unused=True)


@probe("qa_best_span", points=3, public=False)
def spans_of_random_logits(qa_best_span, rng):
    """Random logits, large ones in the question, which may be long, max_len from 1 to 30."""
    results = {}
    for L, low, high in ((9, 3, 8), (14, 6, 13), (11, 2, 10), (12, 0, 12), (7, 3, 4), (10, 5, 9), (70, 45, 68)):
        start, end = normal(rng, L, scale=3.0), normal(rng, L, scale=3.0)
        paragraph = (torch.arange(L) >= low) & (torch.arange(L) < high)
        start[~paragraph] += 9
        end[~paragraph] += 9
        results |= {f"L = {L}, at most {m}": qa_best_span(start, end, paragraph, m) for m in (1, 2, 4, 30)}
    return results


@probe("qa_best_span", points=2, public=False)
def starts_behind_ends(qa_best_span):
    """The best start behind the best end; logits all negative, ±1000 or far below; a span just too long."""
    cases = {
        "crossed": ([0, 0, 1, 2, 9], [0, 9, 2, 1, 0], [0, 1, 1, 1, 1]),
        "negative": ([-1, -9, -2, -8, -7, -3], [-1, -8, -7, -9, -2, -6], [0, 1, 1, 1, 1, 1]),
        "extreme": ([1000, -1000, 999, 0, 0], [1000, 0, -1000, 998, 1000], [0, 0, 1, 1, 0]),
        "deep": ([-500, -70, -90, -80, -99], [-500, -60, -95, -70, -65], [0, 1, 1, 1, 1]),
        "abyss": ([0, -3e9, -1.5e9, -2.5e9, -2e9], [0, -2e9, -2.5e9, -1.25e9, -3e9], [0, 1, 1, 1, 1]),
        "long": ([0, 5, 0, 0, 0, 0, 0], [0, 0, 0, 4, 5, 6, 0], [0, 1, 1, 1, 1, 1, 1]),
    }
    results = {}
    for name, (start, end, paragraph) in cases.items():
        start, end = torch.tensor(start, dtype=torch.float64), torch.tensor(end, dtype=torch.float64)
        results |= {f"{name}, at most {m}": qa_best_span(start, end, torch.tensor(paragraph) == 1, m) for m in (3, 4, 5)}
    return results


@probe("qa_best_span", points=1, public=False)
def spans_with_equal_scores(qa_best_span):
    """Ties: the smaller start first, then the smaller end."""
    paragraph = torch.tensor([False, True, True, True, True])
    zero = torch.zeros(5)
    return {
        "all equal": qa_best_span(zero, zero, paragraph, 3),
        "equal ends": qa_best_span(torch.tensor([0.0, 1, 3, 0, 0]), torch.tensor([0.0, 0, 0, 2, 2]), paragraph, 3),
        "equal starts": qa_best_span(torch.tensor([0.0, 0, 3, 0, 3]), torch.tensor([0.0, 0, 0, 0, 2]), paragraph, 4),
        "start and end": qa_best_span(torch.tensor([0.0, 0, 2, 1, 0]), torch.tensor([0.0, 0, 1, 2, 1]), paragraph, 2),
        "later, smaller end": qa_best_span(torch.tensor([0.0, 1, 2, 0, 0]), torch.tensor([0.0, 0, 2, 2, 3]), paragraph, 4),
    }


def parameters(names):
    """Named parameters whose values are 1, 2, 3, ..."""
    return [(name, torch.nn.Parameter(torch.full((2,), 1.0 + i))) for i, name in enumerate(names)]


def contents(groups):
    """First numbers of the parameters of each group, and its weight decay."""
    return [{"params": [p.detach()[0] for p in g["params"]], "weight_decay": g["weight_decay"]} for g in groups]


@probe("parameter_groups", points=1)
def groups_of_a_layer(parameter_groups):
    """Five parameters with the values 1 to 5, of which three do not decay."""
    names = ["token", "layers.0.up.weight", "layers.0.up.bias", "output.LayerNorm.weight", "output.LayerNorm.bias"]
    return contents(parameter_groups(parameters(names), 0.01))


@probe("parameter_groups", points=1)
def schedule_by_hand(lr_factor):
    """100 steps of which 10 are warm-up: steps 0, 5, 10, 55, 100."""
    return [lr_factor(t, 10, 100) for t in (0, 5, 10, 55, 100)]


@probe("parameter_groups", points=1)
def accumulation_by_hand(accumulate):
    """w = 1 and the micro-batches (1, 3) and (5, 7): mean loss 4, gradient 4."""
    w = torch.tensor(1.0, requires_grad=True)
    mean = accumulate(lambda x: (w * x).mean(), [torch.tensor([1.0, 3.0]), torch.tensor([5.0, 7.0])])
    return {"mean loss": mean, "gradient": w.grad}


@probe("parameter_groups", points=2, public=False)
def names_of_all_kinds(parameter_groups):
    """Names with bias or LayerNorm in other places and spellings; an iterator; frozen parameters; empty groups."""
    names = [
        "LayerNorm.weight", "bias", "a.bias.weight", "bias_table", "mlm.unbias", "LayerNorm.gain", "x.LayerNorm",
        "LayerNormal.weight", "PreLayerNorm.weight", "layer_norm.weight", "q.weight", "x.LayerNorm.inner.weight",
        "bias.LayerNorm.weight", "layers.10.bias", "layers.2.weight", "Bias", "x.layernorm.weight",
    ]  # fmt: skip
    pairs = parameters(names[:6])
    frozen = parameters(["a.weight", "a.bias", "LayerNorm.weight"])
    for _, parameter in frozen:
        parameter.requires_grad_(False)
    return {
        "iterator": contents(parameter_groups(iter(parameters(names)), 0.1)),
        "a list": contents(parameter_groups(pairs, 0.1)),
        "the same list, another decay": contents(parameter_groups(pairs, 0.7)),
        "only decay": contents(parameter_groups(parameters(["a.weight", "b"]), 0.3)),
        "no decay": contents(parameter_groups(parameters(["a.bias"]), 0.3)),
        "nothing": contents(parameter_groups([], 0.2)),
        "frozen": contents(parameter_groups(frozen, 0.2)),
    }


@probe("parameter_groups", points=1, public=False)
def groups_of_a_model(parameter_groups, rng):
    """The named parameters of a small model: values and weight decay of both groups."""
    inner = torch.nn.ModuleDict({"dense": torch.nn.Linear(3, 4), "LayerNorm": torch.nn.LayerNorm(4)})
    model = torch.nn.ModuleDict({"layers": torch.nn.ModuleList([inner]), "out": torch.nn.Linear(4, 2)}).double()
    for parameter in model.parameters():
        parameter.data = normal(rng, *parameter.shape)
    groups = parameter_groups(model.named_parameters(), 0.05)
    return [{"params": [p.detach() for p in g["params"]], "weight_decay": g["weight_decay"]} for g in groups]


@probe("parameter_groups", points=2, public=False)
def whole_schedules(lr_factor):
    """All steps, and some beyond the end, with short, long and no warm-up."""
    sizes = ((3, 10), (9, 10), (0, 7), (1, 2), (0, 1), (25, 100))
    return {f"t = {t}, {warm} of {total}": lr_factor(t, warm, total) for warm, total in sizes for t in range(total + 4)}


@probe("parameter_groups", points=2, public=False)
def gradients_of_micro_batches(accumulate, rng):
    """A quadratic loss on three micro-batches, then on one; what was in .grad stays."""
    x, y = normal(rng, 3, 4, 5), normal(rng, 3, 4)
    w = normal(rng, 5).requires_grad_()
    w.grad = torch.full((5,), 100.0, dtype=torch.float64)
    batches = [torch.cat([a, b[:, None]], dim=1) for a, b in zip(x, y)]

    def loss_fn(batch):
        return (batch[:, :5] @ w - batch[:, 5]).square().mean()

    first = accumulate(loss_fn, batches)
    after, w.grad = w.grad, None
    one = accumulate(loss_fn, batches[:1])
    return {"loss": first, "gradient": after, "one": one, "its gradient": w.grad, "a float": isinstance(one, float)}


@probe("parameter_groups", points=1, public=False)
def order_of_backward(accumulate):
    """In which order losses and gradients are computed, and whether graphs are left: a record of four micro-batches."""
    w, record, before = torch.tensor(2.0, requires_grad=True), [], []
    w.register_hook(lambda gradient: record.append("backward"))

    def loss_fn(batch):
        for loss, square in before:  # its graph is gone by now, so that its gradient cannot be asked for again
            try:
                torch.autograd.grad(loss, square, retain_graph=True)
                record.append("an earlier graph is still there")
            except RuntimeError:
                pass
        record.append(f"loss of {float(batch[0]):g}")
        square = w * w
        before[:] = [((square * batch).mean(), square)]
        return before[0][0]

    value = accumulate(loss_fn, [torch.tensor([float(i), 3.0]) for i in (5, 2, 2, 7)])
    return {"record": ", ".join(record), "loss": value, "gradient": w.grad}


@probe("albert_embed", points=1)
def factors_by_hand(albert_embed):
    """The row (1, 2) times the matrix of the text, (1, 2, 1); then the row (-1, 0)."""
    A, M = torch.tensor([[9.0, 9.0], [1.0, 2.0], [-1.0, 0.0]]), torch.tensor([[1.0, 0, -1], [0, 1, 1]])
    return albert_embed(torch.tensor([[1, 2]]), A, M)


@probe("albert_embed", points=1)
def parameters_by_hand(encoder_param_count):
    """V = 10, E = 2, H = 4, three layers: 1816, and 1328 if they are shared."""
    return encoder_param_count(10, 2, 4, 3, False), encoder_param_count(10, 2, 4, 3, True)


@probe("albert_embed", points=2, public=False)
def factorised_embeddings(albert_embed, rng):
    """Three rows with repeated ids, H larger and smaller than E; a single token; in float32, too."""
    ids, A, M = tokens(rng, 9, 6, 3).T, normal(rng, 9, 4), normal(rng, 7, 4).T
    narrow = normal(rng, 4, 2)
    return {
        "wide": albert_embed(ids, A, M),
        "narrow": albert_embed(ids[:1, :2], A, narrow),
        "a single token": albert_embed(ids[:1, :1], A, narrow[:, :1]),
        "in float32": albert_embed(ids, A.float(), M.float()),
    }


@probe("albert_embed", points=1, public=False)
def gradients_of_the_factors(albert_embed, rng):
    """Autograd to both factors, with repeated ids."""
    A, M = normal(rng, 6, 3).requires_grad_(), normal(rng, 3, 5).requires_grad_()
    y = albert_embed(torch.tensor([[0, 2, 2, 5], [2, 1, 1, 1]]), A, M)
    return torch.autograd.grad((normal(rng, 2, 4, 5) * y).sum(), (A, M), allow_unused=True)


@probe("albert_embed", points=3, public=False, compare=exact())
def counts_of_many_models(encoder_param_count):
    """Small and published models, shared or not, with E smaller than H, larger, and equal."""
    sizes = [(30522, 768, 768, 12), (30000, 128, 768, 12), (30000, 128, 4096, 12), (7, 3, 5, 1), (100, 8, 8, 2)]
    sizes += [(11, 9, 4, 6), (1, 1, 1, 5), (30522, 1024, 1024, 24)]
    counts = {str((*s, shared)): encoder_param_count(*s, shared) for s in sizes for shared in (False, True)}
    return counts | {"whole numbers": all(isinstance(n, int | np.integer) for n in counts.values())}


@probe("electra_corrupt", points=1)
def lucky_guess(electra_corrupt, rng):
    """A generator that is sure: positions 1 and 2 get the tokens 4 (the original) and 7."""
    ids, masked = torch.tensor([[3, 4, 5, 3, 6]]), torch.tensor([[False, True, True, False, False]])
    logits = torch.full((1, 5, 8), -torch.inf)
    logits[0, range(5), [0, 4, 7, 1, 2]] = 0.0
    return electra_corrupt(ids, masked, logits, torch_rng(rng))


@probe("electra_corrupt", points=1)
def discriminator_by_hand(electra_loss):
    """q = (0.8, 0.25, 0.5) for a replaced token and two originals, and a pad: 0.401."""
    q = torch.tensor([[0.8, 0.25, 0.5, 0.99]], dtype=torch.float64)
    labels, mask = torch.tensor([[True, False, False, False]]), torch.tensor([[True, True, True, False]])
    return electra_loss((q / (1 - q)).log(), labels, mask)


@probe("electra_corrupt", points=3, public=False, compare=within_se(moments=1))
def samples_of_the_generator(electra_corrupt, rng):
    """12 000 sequences with two of four tokens masked: what is drawn, what is called replaced; one token has the logit -inf."""
    ids = torch.tensor([[1, 3, 0, 2]]).expand(12_000, 4)
    masked = torch.tensor([[False, True, True, False]]).expand(12_000, 4)
    probs = torch.tensor([[0.3, 0.3, 0.2, 0.2, 0], [0.5, 0.16, 0, 0.28, 0.06], [0.16, 0, 0.28, 0.06, 0.5], [0, 0.4, 0.1, 0.1, 0.4]])
    offset = torch.tensor([[0.0], [6.0], [-6.0], [2.0]])  # of a row of logits; a softmax does not see it
    logits = (probs.double().log() + offset + normal(rng, 4, 1)).expand(12_000, 4, 5)
    corrupted, replaced = (torch.as_tensor(x) for x in electra_corrupt(ids, masked, logits, torch_rng(rng)))
    results = {f"position {t}, token {i}": corrupted[:, t] == i for t in range(4) for i in range(5)}
    for i, j in ((0, 4), (0, 2), (3, 4), (3, 2)):
        results[f"tokens {i} and {j} at 1 and 2"] = (corrupted[:, 1] == i) & (corrupted[:, 2] == j)
    results["position 1 as in the sequence before"] = corrupted[1:, 1] == corrupted[:-1, 1]
    results |= {f"position {t}, is_replaced": replaced[:, t] for t in range(4)}
    results["original, but is_replaced"] = (replaced & (corrupted == ids)).any(1)
    results["not the original, but not is_replaced"] = (~replaced & (corrupted != ids)).any(1)
    return results


@probe("electra_corrupt", points=2, public=False)
def sure_generators(electra_corrupt, rng):
    """Logits of ±1000 and -inf leave one choice at each position; other masks and logits; a single token; dtypes."""
    ids, wanted = tokens(rng, 4, 3, 6), tokens(rng, 4, 3, 6)
    wanted[0, :3] = ids[0, :3]
    masked = torch.tensor([[1, 1, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]]) == 1
    logits = torch.full((3, 6, 4), -1000.0, dtype=torch.float64).scatter(-1, wanted[..., None], 1000.0)
    logits[:, :, 3] = logits[:, :, 3].masked_fill(wanted != 3, -torch.inf)
    g = torch_rng(rng)
    corrupted, replaced = electra_corrupt(ids, masked, logits, g)
    return {
        "result": (corrupted, replaced),
        "another mask": electra_corrupt(ids, ~masked, logits, g),
        "other logits": electra_corrupt(ids, masked, logits.roll(1, 0), g),
        "a single token": electra_corrupt(ids[:1, :1], torch.ones(1, 1, dtype=torch.bool), logits[2:, 3:4].float(), g),
        "dtypes": dtypes(corrupted, replaced),
    }


@probe("electra_corrupt", points=1, public=False)
def new_samples_each_time(electra_corrupt, rng):
    """Five calls with one generator on 200 tokens of which every second one is masked: how many give the same."""
    ids, g = tokens(rng, 4, 5, 40), torch_rng(rng)
    masked = (torch.arange(40) % 2 == 0).repeat(5, 1)
    calls = [torch.as_tensor(electra_corrupt(ids, masked, torch.zeros(5, 40, 4), g)[0]) for _ in range(5)]
    return {
        "calls that give what the first one gave": sum(torch.equal(x, calls[0]) for x in calls[1:]),
        "rows that are equal to the first": sum(torch.equal(row[::2], calls[0][0, ::2]) for row in calls[0][1:]),
        "tokens that were not masked": calls[-1][:, 1::2],
    }


@probe("electra_corrupt", points=2, public=False)
def loss_over_all_real_tokens(electra_loss, rng):
    """Rows of seven, four and one real tokens, padding anywhere; a batch of one; one token; in float32, too."""
    logits, labels = normal(rng, 7, 3, scale=2.0).T, torch.from_numpy(rng.random((3, 7)) < 0.3)
    mask = torch.arange(7) < torch.tensor([[7], [4], [1]])
    mask[1, 0], mask[1, 6] = False, True
    zero, one = torch.zeros(1, 1).double(), torch.ones(1, 1, dtype=torch.bool)
    return {
        "three": electra_loss(logits, labels, mask),
        "other labels": electra_loss(logits, ~labels, mask),
        "another mask": electra_loss(logits, labels, mask.flip(0)),
        "one": electra_loss(logits[1:2], labels[1:2], mask[1:2]),
        "one token of logit 0, less ln 2": electra_loss(zero, labels[:1, :1], one) - math.log(2),
        "in float32": electra_loss(logits.float(), labels, mask),
    }


@probe("electra_corrupt", points=1, public=False)
def extreme_scores(electra_loss):
    """Logits of ±1000 in float32, right and wrong, and at padding; the gradients."""
    labels, results = torch.tensor([[True, False, False, True]]), {}
    for mask in ([1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1]):
        logits = torch.tensor([[1000.0, -1000.0, 1000.0, 0.0]], requires_grad=True)
        loss = electra_loss(logits, labels, torch.tensor([mask]) == 1)
        results |= {f"mask {mask}": loss, f"mask {mask}, gradient": torch.autograd.grad(loss, logits)}
    return results


@probe("electra_corrupt", points=2, public=False)
def gradient_of_the_discriminator(electra_loss, rng):
    """Autograd to the logits: zero at padding only."""
    logits, labels = normal(rng, 2, 5).requires_grad_(), torch.tensor([[1, 0, 0, 1, 0], [0, 0, 1, 0, 1]]) == 1
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]) == 1
    return torch.autograd.grad(electra_loss(logits, labels, mask), logits)
