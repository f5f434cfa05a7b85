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


def outcomes(sentence_pairs, docs, task, generator, n):
    """n runs: for each pair in the order of the text, by names, in which runs it had which sentences and label."""
    runs = [list(sentence_pairs(docs, generator, task)) for _ in range(n)]
    sentences = [s for doc in docs for s in doc]
    found = {"number of pairs": np.array([len(run) for run in runs])}
    for i in range(sum(len(doc) - 1 for doc in docs)):
        pair = [run[i] if i < len(run) else ("", "", -1) for run in runs]
        for label in (0, 1):
            for s in sentences:
                for k, place in enumerate(("first", "second")):
                    seen = [p[k] == s and int(p[2]) == label for p in pair]
                    found[f"pair {i + 1}, {place} {s}, label {label}"] = np.array(seen)
    return found


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
    """Words with several cuts, words whose longest match leads nowhere, words of one piece."""
    vocab = set(VOCAB)
    words = ["abcd", "abcdd", "abcs", "abccd", "aab", "ababc", "playings", "a", "s", "ss", "sss", "unun", "play", "xyzzw", "xyzw", "xyzs"]
    return {"cuts": {word: wordpiece(word, vocab) for word in words}, "vocabulary": sorted(vocab)}


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
    """Words of one to four pieces, unknown words, equal neighbours, the labels 0 and -100."""
    vocab, words = set(VOCAB), ["unaffable", "zz", "playings", "a", "play", "abcd", "abccd", "unable"]
    labels = [4, 4, 0, 7, -100, 1, 2, 4]
    return {"aligned": align_labels(words, labels, vocab), "words": words, "labels": labels}


@probe("wordpiece", points=1, public=False)
def sentences_of_no_and_one_word(align_labels):
    """No words at all, a single word of one piece, and a single word of three."""
    return [align_labels(words, [5] * len(words), set(VOCAB)) for words in ([], ["play"], ["unaffable"])]


IDS = {"[PAD]": 7, "[UNK]": 3, "[CLS]": 9, "[SEP]": 4, "a": 11, "b": 12, "c": 13, "d": 14, "e": 0, "f": 16}


@probe("bert_inputs", points=1)
def truncation_by_hand(bert_inputs):
    """Three pieces a and five pieces b for L = 9, 8, 7 and 13, in int64; [PAD] has the id 7."""
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
            results[f"{n}, {m}, {L}"] = [ids, segment, mask, first, second]
    return results


@probe("bert_inputs", points=2, public=False, compare=exact())
def single_texts(bert_inputs):
    """One text without a second: padded, exactly fitting, too long; unknown pieces."""
    vocab = dict(IDS)
    texts = [["a"], list("abc"), list("abxcz"), list("fedcba"), ["##a", "A", "a"]]
    return {L: [bert_inputs(text, None, vocab, L) for text in texts] for L in (3, 5, 6)}, texts, vocab


@probe("bert_inputs", points=1, public=False, compare=exact())
def empty_texts(bert_inputs):
    """Empty texts, alone, first and second; the dtypes of the results."""
    results = [
        bert_inputs(a, b, IDS, L)
        for a, b in (([], None), ([], []), (["a", "b"], []), ([], ["c", "d", "e"]))
        for L in (3, 5, 7)
    ]
    dtypes = [str(x.dtype) for x in bert_inputs([], None, IDS, 3)]
    return results, dtypes


@probe("bert_inputs", points=3, public=False)
def embeddings_of_a_batch(bert_embed, rng):
    """A batch of three, segments in any order, spare rows in the tables; arguments unchanged."""
    tables = [normal(rng, 11, 6), normal(rng, 2, 6), normal(rng, 9, 6), normal(rng, 6), normal(rng, 6)]
    ids, segment = tokens(rng, 11, 5, 3).T, tokens(rng, 2, 3, 5)
    return bert_embed(ids, segment, *tables), bert_embed(ids[:1, :2], segment[:1, :2], *tables), ids, segment, tables


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
    """p = 0.4, and p = 1, where every token that is not special is asked for."""
    results, g = {}, torch_rng(rng)
    for p in (0.4, 1.0):
        ids = torch.from_numpy(rng.integers(5, 2000, size=(30, 400)))
        special = torch.from_numpy(rng.random((30, 400)) < 0.3)
        inputs, labels = mask_tokens(ids, special, 2000, 1, g, p)
        results[f"p = {p}"] = fates(ids, special, inputs, labels, 1)
    return results


@probe("mask_tokens", points=2, public=False, compare=within_se(moments=1))
def which_random_tokens(mask_tokens, rng):
    """A vocabulary of six ids, all tokens with the id 2: how often each id comes up, at p = 1."""
    ids = torch.full((70, 300), 2)
    inputs, labels = mask_tokens(ids, torch.zeros(70, 300, dtype=torch.bool), 6, 3, torch_rng(rng), 1.0)
    inputs = torch.as_tensor(inputs).reshape(-1)
    return {"labels": labels, "id outside": (inputs < 0) | (inputs > 5)} | {f"id {i}": inputs == i for i in range(6)}


@probe("mask_tokens", points=2, public=False, compare=within_se())
def a_new_mask_each_time(mask_tokens, rng):
    """600 calls with one generator on three rows: numbers of selected, masked and random tokens."""
    ids, g, counts = torch.arange(100, 121).view(3, 7), torch_rng(rng), []
    names = [f"selected in row {b}" for b in range(3)] + ["selected", "now [MASK]", "now another token"]
    names += ["[0, 0] and [1, 0] selected", "[2, 3] and [2, 4] selected", "[0, 1] and [1, 1] masked"]
    names += ["[0, 5] masked and [2, 5] random"]
    special = torch.zeros(3, 7, dtype=torch.bool)
    for _ in range(600):
        inputs, labels = (torch.as_tensor(x) for x in mask_tokens(ids, special, 1000, 4, g, 0.5))
        asked, masked = labels != -100, inputs == 4
        other = asked & (inputs != 4) & (inputs != ids)
        both = [asked[0, 0] & asked[1, 0], asked[2, 3] & asked[2, 4], masked[0, 1] & masked[1, 1]]
        counts.append([*asked.sum(1), asked.sum(), masked.sum(), other.sum(), *both, masked[0, 5] & other[2, 5]])
    return {name: np.array([int(x) for x in column]) for name, column in zip(names, zip(*counts))}


@probe("mask_tokens", points=1, public=False)
def masking_changes_no_argument(mask_tokens, rng):
    """Ids and special stay as they are; dtypes of the results; a row of special tokens only."""
    ids, special = tokens(rng, 50, 9, 4).T, torch.from_numpy(rng.random((4, 9)) < 0.3)
    inputs, labels = mask_tokens(ids, special, 50, 3, torch_rng(rng), 0.9)
    row, _ = mask_tokens(ids[:1], torch.ones(1, 9, dtype=torch.bool), 50, 3, torch_rng(rng), 0.9)
    shapes = [str(inputs.dtype), str(labels.dtype), list(inputs.shape), list(labels.shape)]
    return {"ids": ids, "special": special, "dtypes and shapes": shapes, "only special tokens": row}


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
    """Rows with four, one and no selected position; a batch of one; arguments unchanged."""
    logits = normal(rng, 6, 3, 5, scale=2.0).transpose(0, 1)
    labels = torch.tensor([[0, 3, -100, 4, 0, -100], [-100, -100, -100, 2, -100, -100], [-100] * 6])
    return mlm_loss(logits, labels), mlm_loss(logits[:1], labels[:1]), logits, labels


@probe("mlm_loss", points=2, public=False)
def no_position_selected(mlm_loss, rng):
    """A batch without a single selected position: the loss and its gradient."""
    logits = normal(rng, 2, 4, 3).requires_grad_()
    loss = mlm_loss(logits, torch.full((2, 4), -100))
    return loss, torch.autograd.grad(loss, logits)


@probe("mlm_loss", points=1, public=False)
def extreme_logits(mlm_loss):
    """Logits of ±1000, in float32; one and two selected positions."""
    logits = torch.tensor([[[1000.0, -1000.0, 0.0, 0.0], [-1000.0, 999.0, 1000.0, 0.0], [0.0, 1000.0, 0.0, 5.0]]])
    return [mlm_loss(logits, torch.tensor([labels])) for labels in ([1, -100, -100], [0, -100, 1], [-100, 1, 3])]


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


@probe("sentence_pairs", points=3, public=False, compare=within_se(moments=1))
def next_sentence_pairs(sentence_pairs, rng):
    """Four documents of 4, 1, 2 and 3 sentences, 800 times, for next-sentence prediction."""
    return outcomes(sentence_pairs, DOCS, "nsp", rng, 800)


@probe("sentence_pairs", points=3, public=False, compare=within_se(moments=1))
def order_pairs(sentence_pairs, rng):
    """The same documents, and one document alone, for sentence-order prediction."""
    runs = {"four documents": outcomes(sentence_pairs, DOCS, "sop", rng, 500)}
    return runs | {"one document": outcomes(sentence_pairs, DOCS[3:], "sop", rng, 500)}


@probe("sentence_pairs", points=1, public=False, compare=within_se())
def coins_are_independent(sentence_pairs, rng):
    """Numbers of negative pairs in 400 runs of each task, and the coins of a long document."""
    counts = []
    for _ in range(400):
        runs = [list(sentence_pairs(DOCS, rng, task)) for task in ("nsp", "sop")]
        counts.append([sum(int(label) for *_, label in run) for run in runs])
    long = sentence_pairs([[str(i) for i in range(80_001)]], rng, "sop")
    nsp, sop = np.array(counts).T
    labels = np.array([int(label) for *_, label in long], dtype=np.int8)
    return {"negatives of nsp": nsp, "negatives of sop": sop, "labels of a long document": labels}


@probe("sentence_pairs", points=1, public=False)
def tasks_and_documents(sentence_pairs, rng):
    """Unknown tasks, documents of one sentence only; the documents afterwards."""
    docs = [list(doc) for doc in DOCS]
    sentence_pairs(docs, rng, "nsp")
    sentence_pairs(docs, rng, "sop")
    return {
        "unknown": [raises(sentence_pairs, docs, rng, task) for task in ("NSP", "mlm", "nspsop")],
        "short": [sentence_pairs([["x"], ["y"]], rng, task) for task in ("nsp", "sop")],
        "documents": docs,
    }


@probe("sentence_pairs", points=2, public=False)
def whole_loss_of_a_batch(pretraining_loss, rng):
    """Unequal numbers of selected tokens, then a batch of one without any; arguments unchanged."""
    mlm, pair = normal(rng, 3, 5, 4), normal(rng, 3, 2, scale=2.0)
    labels = torch.tensor([[-100, 2, 0, -100, -100], [3, -100, -100, -100, -100], [1, 1, -100, 3, 2]])
    pair_labels = torch.tensor([1, 0, 1])
    none = pretraining_loss(mlm[:1], torch.full((1, 5), -100), pair[:1], pair_labels[:1])
    return pretraining_loss(mlm, labels, pair, pair_labels), none, mlm, labels, pair, pair_labels


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
    """Four layers and two, w from -1000 to 1000, gamma of either sign; arguments unchanged."""
    layers, w = normal(rng, 2, 4, 5, 3).transpose(0, 1), normal(rng, 4)
    mixes = [elmo_mix(layers, w, torch.tensor(g, dtype=torch.float64)) for g in (1.7, -0.3)]
    far = torch.tensor([1000.0, -1000.0, 999.0, 0.0], dtype=torch.float64)
    mixes += [elmo_mix(layers, far, torch.tensor(2.0, dtype=torch.float64))]
    mixes += [elmo_mix(layers[:2, :1, 1:], w[:2], torch.tensor(0.5, dtype=torch.float64))]
    return mixes, layers, w


@probe("qa_best_span", points=1, public=False)
def gradients_of_a_mix(elmo_mix, rng):
    """Autograd to the layers, the weights and gamma."""
    leaves = [x.requires_grad_() for x in (normal(rng, 3, 2, 4, 5), normal(rng, 3), torch.tensor(0.7).double())]
    return torch.autograd.grad((normal(rng, 2, 4, 5) * elmo_mix(*leaves)).sum(), leaves, allow_unused=True)


@probe("qa_best_span", points=2, public=False)
def classes_of_a_batch(cls_logits, rng):
    """A pooler of another width, four classes; one sequence of one token; arguments unchanged."""
    h = normal(rng, 3, 7, 5)
    weights = [normal(rng, 5, 6), normal(rng, 6), normal(rng, 6, 4), normal(rng, 4)]
    return cls_logits(h, *weights), cls_logits(3 * h[1:2, :1], *weights), h, weights


@probe("qa_best_span", points=1, public=False)
def gradients_of_the_classifier(cls_logits, rng):
    """Autograd to the encoder's output and all weights of the head."""
    leaves = [normal(rng, *s).requires_grad_() for s in ((2, 3, 5), (5, 4), (4,), (4, 3), (3,))]
    return torch.autograd.grad((normal(rng, 2, 3) * cls_logits(*leaves)).sum(), leaves, allow_unused=True)


@probe("qa_best_span", points=3, public=False)
def spans_of_random_logits(qa_best_span, rng):
    """Random logits, large ones in the question, max_len from 1 to 30; arguments unchanged."""
    results = []
    for L, low, high in ((9, 3, 8), (14, 6, 13), (11, 2, 10), (12, 0, 12), (7, 3, 4), (10, 5, 9)):
        start, end = normal(rng, L, scale=3.0), normal(rng, L, scale=3.0)
        paragraph = (torch.arange(L) >= low) & (torch.arange(L) < high)
        start[~paragraph] += 9
        end[~paragraph] += 9
        results.append([qa_best_span(start, end, paragraph, m) for m in (1, 2, 4, 30)])
        results.append([start, end, paragraph])
    return results


@probe("qa_best_span", points=2, public=False)
def starts_behind_ends(qa_best_span):
    """The best start behind the best end; logits all negative or ±1000; a span just too long."""
    cases = {
        "crossed": ([0, 0, 1, 2, 9], [0, 9, 2, 1, 0], [0, 1, 1, 1, 1]),
        "negative": ([-1, -9, -2, -8, -7, -3], [-1, -8, -7, -9, -2, -6], [0, 1, 1, 1, 1, 1]),
        "extreme": ([1000, -1000, 999, 0, 0], [1000, 0, -1000, 998, 1000], [0, 0, 1, 1, 0]),
        "deep": ([-500, -70, -90, -80, -99], [-500, -60, -95, -70, -65], [0, 1, 1, 1, 1]),
        "long": ([0, 5, 0, 0, 0, 0, 0], [0, 0, 0, 4, 5, 6, 0], [0, 1, 1, 1, 1, 1, 1]),
    }
    results = {}
    for name, (start, end, paragraph) in cases.items():
        start, end = torch.tensor(start, dtype=torch.float64), torch.tensor(end, dtype=torch.float64)
        results[name] = [qa_best_span(start, end, torch.tensor(paragraph) == 1, m) for m in (3, 4, 5)]
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
    """Names with bias or LayerNorm in other places and spellings; an iterator; empty groups."""
    names = [
        "LayerNorm.weight", "bias", "a.bias.weight", "bias_table", "mlm.unbias", "LayerNorm.gain", "x.LayerNorm",
        "LayerNormal.weight", "PreLayerNorm.weight", "layer_norm.weight", "q.weight", "x.LayerNorm.inner.weight",
        "bias.LayerNorm.weight", "layers.10.bias", "layers.2.weight", "Bias", "x.layernorm.weight",
    ]  # fmt: skip
    return {
        "iterator": contents(parameter_groups(iter(parameters(names)), 0.1)),
        "only decay": contents(parameter_groups(parameters(["a.weight", "b"]), 0.3)),
        "no decay": contents(parameter_groups(parameters(["a.bias"]), 0.3)),
        "nothing": contents(parameter_groups([], 0.2)),
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
    return {f"{warm} of {total}": [lr_factor(t, warm, total) for t in range(total + 4)] for warm, total in sizes}


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
    return {"loss": first, "gradient": after, "one": accumulate(loss_fn, batches[:1]), "its gradient": w.grad, "x": batches}


@probe("parameter_groups", points=1, public=False)
def order_of_backward(accumulate):
    """In which order losses and gradients are computed: a record of four micro-batches."""
    w, record = torch.tensor(2.0, requires_grad=True), []
    w.register_hook(lambda gradient: record.append("backward"))

    def loss_fn(batch):
        record.append(f"loss of {float(batch[0]):g}")
        return (w * w * batch).mean()

    value = accumulate(loss_fn, [torch.tensor([float(i), 3.0]) for i in (5, 2, 2, 7)])
    return {"record": record, "loss": value, "gradient": w.grad}


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
    """Three rows with repeated ids, H larger and smaller than E; arguments unchanged."""
    ids, A, M = tokens(rng, 9, 6, 3).T, normal(rng, 9, 4), normal(rng, 7, 4).T
    narrow = normal(rng, 4, 2)
    return albert_embed(ids, A, M), albert_embed(ids[:1, :2], A, narrow), ids, A, M


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
    return {str((*s, shared)): encoder_param_count(*s, shared) for s in sizes for shared in (False, True)}


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
    labels, mask = torch.tensor([[True, False, False, False]]), torch.tensor([[1, 1, 1, 0]])
    return electra_loss((q / (1 - q)).log(), labels, mask)


@probe("electra_corrupt", points=3, public=False, compare=within_se(moments=1))
def samples_of_the_generator(electra_corrupt, rng):
    """3000 sequences with two of four tokens masked: what is drawn, what is called replaced."""
    ids = torch.tensor([[1, 3, 0, 2]]).expand(3000, 4)
    masked = torch.tensor([[False, True, True, False]]).expand(3000, 4)
    probs = np.stack([rng.permutation([0.1, 0.13, 0.17, 0.25, 0.35]) for _ in range(4)])
    logits = (torch.from_numpy(probs).log() + normal(rng, 4, 1)).expand(3000, 4, 5)
    corrupted, replaced = (torch.as_tensor(x) for x in electra_corrupt(ids, masked, logits, torch_rng(rng)))
    results = {f"position {t}, token {i}": corrupted[:, t] == i for t in range(4) for i in range(5)}
    for i in range(5):
        results |= {f"tokens {i} and {j} at 1 and 2": (corrupted[:, 1] == i) & (corrupted[:, 2] == j) for j in range(5)}
    results |= {f"position {t}, is_replaced": replaced[:, t] for t in range(4)}
    results["original, but is_replaced"] = (replaced & (corrupted == ids)).any(1)
    results["not the original, but not is_replaced"] = (~replaced & (corrupted != ids)).any(1)
    return results


@probe("electra_corrupt", points=2, public=False)
def sure_generators(electra_corrupt, rng):
    """Logits of ±1000 and -inf leave one choice at each position; dtypes; arguments unchanged."""
    ids, wanted = tokens(rng, 4, 3, 6), tokens(rng, 4, 3, 6)
    wanted[0, :3] = ids[0, :3]
    masked = torch.tensor([[1, 1, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]]) == 1
    logits = torch.full((3, 6, 4), -1000.0, dtype=torch.float64).scatter(-1, wanted[..., None], 1000.0)
    logits[:, :, 3] = logits[:, :, 3].masked_fill(wanted != 3, -torch.inf)
    before = [ids.clone(), masked.clone(), logits.clone()]
    corrupted, replaced = electra_corrupt(ids, masked, logits, torch_rng(rng))
    dtypes = [str(corrupted.dtype), str(replaced.dtype)]
    return {"result": (corrupted, replaced), "dtypes": dtypes, "arguments": (ids, masked, logits), "before": before}


@probe("electra_corrupt", points=1, public=False, compare=within_se())
def new_samples_each_time(electra_corrupt, rng):
    """400 calls with one generator: how many tokens of three rows are replaced."""
    ids, masked, g = torch.zeros(3, 5, dtype=torch.int64), torch.ones(3, 5, dtype=torch.bool), torch_rng(rng)
    logits = torch.zeros(3, 5, 2)
    counts = torch.stack([torch.as_tensor(electra_corrupt(ids, masked, logits, g)[1]).sum(1) for _ in range(400)])
    return {f"replaced in row {b}": counts[:, b] for b in range(3)} | {"replaced in all rows": counts.sum(1)}


@probe("electra_corrupt", points=2, public=False)
def loss_over_all_real_tokens(electra_loss, rng):
    """Rows of seven, four and one real tokens, padding anywhere; arguments unchanged."""
    logits, labels = normal(rng, 7, 3, scale=2.0).T, torch.from_numpy(rng.random((3, 7)) < 0.3)
    mask = (torch.arange(7) < torch.tensor([[7], [4], [1]])).long()
    mask[1, 0], mask[1, 6] = 0, 1
    return electra_loss(logits, labels, mask), electra_loss(logits[1:2], labels[1:2], mask[1:2]), logits, labels, mask


@probe("electra_corrupt", points=1, public=False)
def extreme_scores(electra_loss):
    """Logits of ±1000 in float32, right and wrong, and at padding."""
    logits = torch.tensor([[1000.0, -1000.0, 1000.0, 0.0]])
    labels = torch.tensor([[True, False, False, True]])
    masks = ([1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1])
    return [electra_loss(logits, labels, torch.tensor([mask])) for mask in masks]


@probe("electra_corrupt", points=2, public=False)
def gradient_of_the_discriminator(electra_loss, rng):
    """Autograd to the logits: zero at padding only."""
    logits, labels = normal(rng, 2, 5).requires_grad_(), torch.tensor([[1, 0, 0, 1, 0], [0, 0, 1, 0, 1]]) == 1
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    return torch.autograd.grad(electra_loss(logits, labels, mask), logits)
