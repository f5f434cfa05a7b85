"""The reference of bert against torch, enumeration, published numbers and closed forms; and what the notebook claims."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def test_greedy_cut_is_the_largest_of_all_cuts_or_none(ref):
    """Of all cuts into known pieces, compared by their lengths in order, WordPiece gives the largest or gives up."""
    dice, unknown, found = np.random.default_rng(0), 0, 0
    for _ in range(300):
        texts = ["".join(t) for n in (1, 2, 3) for t in itertools.product("ab", repeat=n)]
        vocab = {mark + t for t in texts for mark in ("", "##") if dice.random() < 0.35}
        for word in ("".join(t) for t in itertools.product("ab", repeat=6)):
            cuts = []
            for ends in itertools.product((False, True), repeat=5):
                places = [0, *(i + 1 for i, end in enumerate(ends) if end), 6]
                pieces = [("##" if i else "") + word[i:j] for i, j in itertools.pairwise(places)]
                if all(piece in vocab for piece in pieces):
                    cuts.append(pieces)
            got = ref.wordpiece(word, vocab)
            if got == ["[UNK]"]:
                unknown += 1
            else:
                found += 1
                assert got == max(cuts, key=lambda c: [len(p.removeprefix("##")) for p in c])
        if unknown > 500 and found > 500:
            return
    raise AssertionError("too few cases")


def test_text_and_labels_can_be_put_together_again(ref):
    vocab = {"un", "##aff", "##able", "the", "a", "##b", "b"}
    words, labels = ["the", "unaffable", "ab", "b", "abbb"], [3, 1, 4, 1, 5]
    pieces, marks = ref.align_labels(words, labels, vocab)
    assert " ".join(pieces).replace(" ##", "").split() == words
    assert [m for m in marks if m != -100] == labels
    assert [p.startswith("##") for p in pieces] == [m == -100 for m in marks]


def test_the_words_worked_by_hand(ref):
    vocab = {"un", "##aff", "##able", "##a", "aff", "able", "a"}
    assert ref.wordpiece("unaffable", vocab) == ["un", "##aff", "##able"]
    assert ref.wordpiece("unable", vocab) == ["un", "##able"]
    assert ref.wordpiece("affable", vocab) == ["aff", "##able"]
    assert ref.wordpiece("unknown", vocab) == ["[UNK]"]
    pieces, labels = ref.align_labels(["the", "unaffable", "xy"], [0, 3, 2], vocab | {"the"})
    worked(ref, "wordpiece", "the un ##aff ##able [UNK]", " ".join(pieces))
    worked(ref, "wordpiece", "$0, 3, -100, -100, 2$", labels)
    assert pieces == ["the", "un", "##aff", "##able", "[UNK]"]
    assert labels == [0, 3, -100, -100, 2]


VOCAB = {"[PAD]": 3, "[UNK]": 1, "[CLS]": 2, "[SEP]": 0, "a": 4, "b": 5}


@pytest.mark.parametrize("L", range(3, 12))
def test_inputs_have_the_form_of_the_text(ref, L):
    for n, m in itertools.product(range(6), range(6)):
        ids, segment, mask = ref.bert_inputs(["a"] * n, ["b"] * m, VOCAB, L)
        kept = ids[mask].tolist()
        a, b = kept.count(4), kept.count(5)
        assert kept == [2] + [4] * a + [0] + [5] * b + [0]
        assert a + b == min(n + m, L - 3)  # nothing is taken away without need
        assert (ids[~mask] == 3).all()
        assert segment.tolist() == [0] * (a + 2) + [1] * (b + 1) + [0] * (L - len(kept))
        if a < n:
            assert a >= b  # the longer one is cut, and with ties b is cut first
        if b < m:
            assert b >= a - 1


def test_the_lengths_worked_by_hand(ref):
    def kept(L):
        ids = ref.bert_inputs(["a"] * 3, ["b"] * 5, VOCAB, L)[0].tolist()
        return ids.count(4), ids.count(5)

    assert [kept(L) for L in (9, 8, 7)] == [(3, 3), (3, 2), (2, 2)]
    names = {i: name for name, i in VOCAB.items()}
    for L, text in ((9, "[CLS] a a a [SEP] b b b [SEP]"), (7, "[CLS] a a [SEP] b b [SEP]")):
        ids = ref.bert_inputs(["a"] * 3, ["b"] * 5, VOCAB, L)[0].tolist()
        worked(ref, "bert_inputs", text, " ".join(names[i] for i in ids))


def test_embedding_is_torchs(ref, torch_rng):
    token, segment, position = nn.Embedding(9, 6), nn.Embedding(2, 6), nn.Embedding(7, 6)
    norm = nn.LayerNorm(6, eps=1e-12)
    ids, kinds = (
        torch.randint(9, (3, 5), generator=torch_rng),
        torch.randint(2, (3, 5), generator=torch_rng),
    )
    expected = norm(token(ids) + segment(kinds) + position(torch.arange(5)))
    tables = (token.weight, segment.weight, position.weight, norm.weight, norm.bias)
    torch.testing.assert_close(ref.bert_embed(ids, kinds, *tables), expected)


def test_the_sum_worked_by_hand(ref):
    tables = [[1.0, 0, 2, 0]], [[0.0, 1, 0, 0], [9, 9, 9, 9]], [[0.0, 0, 1, 3]]
    tables = [torch.tensor(table) for table in tables]
    first = torch.tensor([[0]])
    for gain, text in ((torch.ones(4), "(-1,-1,1,1)"), (torch.arange(1.0, 5), "(-1,-2,3,4)")):
        h = ref.bert_embed(first, first, *tables, gain, torch.zeros(4))
        worked(ref, "bert_inputs", text, h.round(decimals=4))
    total = torch.tensor([1.0, 1, 3, 3])
    worked(ref, "bert_inputs", "(1,1,3,3)", sum(table[0] for table in tables))
    torch.testing.assert_close(
        F.layer_norm(total, (4,)) * torch.arange(1.0, 5),
        torch.tensor([-1.0, -2, 3, 4]),
        atol=1e-4,
        rtol=0,
    )


def test_the_encoder_is_torchs(ref, torch_rng):
    """The given layers, against nn.TransformerEncoderLayer."""
    ours = ref.Layer(8, 2)
    theirs = nn.TransformerEncoderLayer(
        8, 2, 32, dropout=0.0, activation="gelu", batch_first=True, layer_norm_eps=1e-12
    )
    with torch.no_grad():
        theirs.self_attn.in_proj_weight.copy_(ours.qkv.weight)
        theirs.self_attn.in_proj_bias.copy_(ours.qkv.bias)
    for name, part in (
        ("out", theirs.self_attn.out_proj),
        ("up", theirs.linear1),
        ("down", theirs.linear2),
    ):
        part.load_state_dict(getattr(ours, name).state_dict())
    h = torch.randn(3, 5, 8, generator=torch_rng)
    mask = torch.arange(5) < torch.tensor([[5], [3], [1]])
    got, expected = ours(h, mask[:, None, None]), theirs(h, src_key_padding_mask=~mask)
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


def test_counts_of_masking_are_binomial(ref, torch_rng):
    n, p = 200_000, 0.15
    ids = torch.randint(10, 1000, (400, 500), generator=torch_rng)
    inputs, labels = ref.mask_tokens(ids, torch.zeros_like(ids).bool(), 1000, 4, torch_rng)
    selected = labels != -100
    counts = {
        p: selected.sum(),
        0.8 * p + 0.1 * p / 1000: (selected & (inputs == 4)).sum(),
        0.1 * p + 0.1 * p / 1000: (selected & (inputs == ids)).sum(),
    }
    for share, count in counts.items():
        assert count.item() == pytest.approx(n * share, abs=5 * math.sqrt(n * share * (1 - share)))
    assert (labels[selected] == ids[selected]).all()
    assert (inputs[~selected] == ids[~selected]).all()
    random = selected & (inputs != 4) & (inputs != ids)
    # the random ids are uniform: a chi-squared test against 10 bins
    bins = torch.histc(inputs[random].double(), 10, 0, 1000)
    chi2 = ((bins - bins.mean()) ** 2 / bins.mean()).sum().item()
    assert chi2 < 35


def test_the_numbers_worked_by_hand(ref):
    selected = 1000 * 0.15
    parts = [selected * share for share in (0.8, 0.1, 0.1)]
    worked(ref, "mask_tokens", "120 become `[MASK]`, 15 random, 15 stay", parts)
    worked(ref, "mask_tokens", "15 is 1.5 %", [parts[1], parts[1] / 1000 * 100])
    left = selected - parts[0]
    text = "10 % of the remaining 30 are only 3 random tokens, and 27 stay"
    worked(ref, "mask_tokens", text, [10, left, 0.1 * left, 0.9 * left])
    assert 0.2 * 0.5 == pytest.approx(0.1)


def test_what_an_ordinary_token_may_be(ref, torch_rng):
    """Bayes by counting: of the inputs that are no [MASK], how many are asked for, and how many were replaced."""
    ids = torch.randint(10, 30_000, (1000, 500), generator=torch_rng)
    inputs, labels = ref.mask_tokens(ids, torch.zeros_like(ids).bool(), 30_000, 4, torch_rng)
    ordinary = inputs != 4
    asked = (labels != -100)[ordinary].double().mean().item()
    replaced = (inputs != ids)[ordinary].double().mean().item()
    assert asked == pytest.approx(0.03 / 0.88, abs=0.002)
    assert replaced == pytest.approx(0.015 / 0.88, abs=0.002)
    worked(ref, "mask_tokens", r"\frac{0.03}{0.88}=3.4\,\%", [0.03, 0.88, 100 * 0.03 / 0.88])
    worked(ref, "mask_tokens", r"\frac{0.015}{0.88}=1.7\,\%", [0.015, 0.88, 100 * 0.015 / 0.88])
    worked(ref, "mask_tokens", r"$0.15\cdot0.2=0.03$", [0.15, 0.2, 0.15 * 0.2])


def test_loss_is_torchs_mean(ref, torch_rng):
    logits, labels = randn(torch_rng, 4, 6, 9), torch.randint(9, (4, 6), generator=torch_rng)
    labels[torch.rand(4, 6, generator=torch_rng) < 0.7] = -100
    expected = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
    torch.testing.assert_close(ref.mlm_loss(logits, labels), expected)


def test_gradient_of_the_loss(ref, torch_rng):
    logits = randn(torch_rng, 2, 3, 4).requires_grad_()
    labels = torch.tensor([[0, -100, 3], [-100, 2, -100]])
    assert torch.autograd.gradcheck(lambda x: ref.mlm_loss(x, labels), logits)
    none = torch.full((2, 3), -100)
    loss = ref.mlm_loss(logits, none)
    assert loss == 0
    assert (torch.autograd.grad(loss, logits)[0] == 0).all()


def batch_worked_by_hand():
    """Logits and labels of two rows of five positions; the label is 0 wherever one is selected."""
    logits, labels = torch.zeros(2, 5, 2, dtype=F64), torch.full((2, 5), -100)
    for row, position, p in ((0, 1, 1 / 2), (1, 0, 1 / 8), (1, 3, 1 / 4)):
        logits[row, position, 0] = math.log(p / (1 - p))
        labels[row, position] = 0
    return logits, labels


def test_the_loss_worked_by_hand(ref):
    logits, labels = batch_worked_by_hand()
    loss = ref.mlm_loss(logits, labels)
    assert loss.item() == pytest.approx(2 * math.log(2))
    worked(ref, "mlm_loss", "= 1.386", loss)
    rows = [ref.mlm_loss(logits[[row]], labels[[row]]) for row in range(2)]
    worked(ref, "mlm_loss", "=1.213", sum(rows) / 2)
    worked(ref, "mlm_loss", "0.416", loss * 3 / 10)


def test_the_losses_worked_by_hand_add_up(ref):
    pairs, labels = torch.zeros(3, 2, dtype=F64), torch.tensor([0, 1, 1])
    loss = ref.pretraining_loss(*batch_worked_by_hand(), pairs, labels)
    worked(ref, "sentence_pairs", "=2.079", loss)
    worked(ref, "sentence_pairs", "MLM loss $1.386$", ref.mlm_loss(*batch_worked_by_hand()))
    worked(ref, "sentence_pairs", "0.693", F.cross_entropy(pairs, labels))


def test_the_best_guess_is_the_law_itself(ref):
    """Minimise the mean surprise over five equally likely words: the floor is ln 5, at equal probabilities."""
    logits = torch.tensor([[[0.3, -1, 0.5, 2, 0, -3.0]]], dtype=F64).requires_grad_()
    labels = torch.arange(5)[:, None]
    optimizer = torch.optim.LBFGS([logits], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = ref.mlm_loss(logits.expand(5, 1, 6), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    torch.testing.assert_close(
        logits[0, 0, :5].softmax(0), torch.full((5,), 0.2, dtype=F64), atol=1e-3, rtol=0
    )
    worked(ref, "mlm_loss", r"$\ln 5=1.609$", [5, closure().item()])


@pytest.mark.parametrize("task", ["nsp", "sop"])
def test_pairs_obey_their_labels(ref, task):
    dice = np.random.default_rng(3)
    docs = [[f"{d}{i}" for i in range(n)] for d, n in zip("abcd", (5, 1, 2, 3))]
    negatives, sources = 0, {}
    for _ in range(3000):
        pairs = ref.sentence_pairs(docs, dice, task)
        assert len(pairs) == 4 + 0 + 1 + 2
        for first, second, label in pairs:
            follows = first[0] == second[0] and int(second[1]) == int(first[1]) + 1
            if label == 0:
                assert follows
            elif task == "sop":
                assert first[0] == second[0] and int(first[1]) == int(second[1]) + 1
            else:
                assert first[0] != second[0]
                if first == "a0":
                    sources[second] = sources.get(second, 0) + 1
            negatives += label
    assert negatives / (7 * 3000) == pytest.approx(0.5, abs=0.02)
    if task == "nsp":
        total = sum(sources.values())
        expected = {"b0": 1 / 3, "c0": 1 / 6, "c1": 1 / 6, "d0": 1 / 9, "d1": 1 / 9, "d2": 1 / 9}
        assert {s: n / total for s, n in sources.items()} == pytest.approx(expected, abs=0.05)


def test_whole_loss_of_a_model_without_opinions(ref):
    labels = torch.tensor([[1, -100], [2, 0]])
    loss = ref.pretraining_loss(
        torch.zeros(2, 2, 50), labels, torch.zeros(2, 2), torch.tensor([0, 1])
    )
    assert loss.item() == pytest.approx(math.log(50) + math.log(2))
    assert 2 * math.log(2) + math.log(2) == pytest.approx(2.079, abs=5e-4)


def test_pair_loss_is_a_binary_cross_entropy(ref, torch_rng):
    pair, y = randn(torch_rng, 6, 2), torch.tensor([0, 1, 1, 0, 1, 0])
    none = torch.full((6, 2), -100)
    loss = ref.pretraining_loss(randn(torch_rng, 6, 2, 3), none, pair, y)
    expected = F.binary_cross_entropy_with_logits(pair[:, 1] - pair[:, 0], y.double())
    torch.testing.assert_close(loss, expected)


def test_mix_is_a_convex_combination(ref, torch_rng):
    layers, w = randn(torch_rng, 4, 2, 3, 5), randn(torch_rng, 4)
    s = w.exp() / w.exp().sum()
    expected = 1.3 * (s[0] * layers[0] + s[1] * layers[1] + s[2] * layers[2] + s[3] * layers[3])
    torch.testing.assert_close(ref.elmo_mix(layers, w, torch.tensor(1.3)), expected)
    same = layers[:1].expand(4, 2, 3, 5)
    torch.testing.assert_close(ref.elmo_mix(same, w, torch.tensor(1.0)), layers[0])


def test_classifier_is_two_linear_layers(ref, torch_rng):
    head = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3)).double()
    h = randn(torch_rng, 6, 2, 5)
    got = ref.cls_logits(h, head[0].weight.T, head[0].bias, head[2].weight.T, head[2].bias)
    torch.testing.assert_close(got, head(h[:, 0]))
    assert math.tanh(math.log(2)) == pytest.approx(0.6)


def test_the_mix_and_the_logits_worked_by_hand(ref):
    layers = torch.tensor([4.0, 8, 2]).view(3, 1, 1, 1)
    w = torch.tensor([0, 0, math.log(2)])
    mix = ref.elmo_mix(layers, w, torch.tensor(0.5))
    assert mix.item() == pytest.approx(2)
    worked(ref, "qa_best_span", "the result is 2", mix)
    worked(ref, "qa_best_span", "$1+2+1=4$", [1, 2, 1, ref.elmo_mix(layers, w, torch.tensor(1.0))])
    weights = ref.elmo_mix(torch.eye(3).view(3, 1, 1, 3), w, torch.tensor(1.0))
    worked(ref, "qa_best_span", r"s=(\frac14,\frac14,\frac12)", weights)
    h, one = torch.full((1, 1, 1), math.log(2)), torch.ones(1, 1)
    logits = ref.cls_logits(
        h, one, torch.zeros(1), torch.tensor([[5.0, -5.0]]), torch.tensor([0.0, 1.0])
    )
    assert logits[0].tolist() == pytest.approx([3, -2])
    worked(ref, "qa_best_span", "(3,-2)", logits)
    pooled = ref.cls_logits(h, one, torch.zeros(1), one, torch.zeros(1))
    worked(ref, "qa_best_span", "=0.6", pooled)


def test_span_is_the_best_of_all(ref, torch_rng):
    for _ in range(200):
        L = int(torch.randint(2, 12, (1,), generator=torch_rng))
        low = int(torch.randint(0, L, (1,), generator=torch_rng))
        high = int(torch.randint(low + 1, L + 1, (1,), generator=torch_rng))
        m = int(torch.randint(1, L + 3, (1,), generator=torch_rng))
        a, z = (
            torch.randint(-2, 3, (L,), generator=torch_rng).double() for _ in range(2)
        )  # many ties
        paragraph = (torch.arange(L) >= low) & (torch.arange(L) < high)
        spans = [(s, e) for s in range(low, high) for e in range(s, min(s + m, high))]
        best = max(spans, key=lambda span: (a[span[0]] + z[span[1]]).item())
        assert ref.qa_best_span(a, z, paragraph, m) == (*best, (a[best[0]] + z[best[1]]).item())


def test_the_spans_worked_by_hand(ref):
    z, paragraph = torch.tensor([0.0, 9, 0, 3, 1, 0]), torch.arange(6) >= 2
    best = ref.qa_best_span(torch.tensor([9.0, 0, 1, 0, 4, 2]), z, paragraph, 6)
    assert best == (4, 4, 5.0)
    worked(ref, "qa_best_span", "position 4 alone, with the score 5", best[1:])
    a, z = torch.tensor([9.0, 0, 6, 0, 4, 2]), torch.tensor([0.0, 9, 0, 3, 6, 0])
    for m, expected in ((3, (2, 4, 12.0)), (2, (4, 4, 10.0))):
        assert ref.qa_best_span(a, z, paragraph, m) == expected
        text = "$(2,4)$ wins with 12" if m == 3 else "$(4,4)$ wins with 10"
        worked(ref, "qa_best_span", text, expected)


def test_groups_of_the_given_model(ref):
    model = ref.Bert(20, 8, 4, 2, 2)
    decay, no_decay = ref.parameter_groups(model.named_parameters(), 0.1)
    assert decay["weight_decay"] == 0.1 and no_decay["weight_decay"] == 0
    assert all(p.ndim == 2 for p in decay["params"])  # tables and matrices
    assert all(p.ndim == 1 for p in no_decay["params"])  # gains and biases
    assert len(decay["params"]) + len(no_decay["params"]) == len(list(model.parameters()))


def test_schedule_is_two_of_torchs(ref):
    """LinearLR twice, put together by SequentialLR."""
    warm, total = 5, 17
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    up = torch.optim.lr_scheduler.LinearLR(optimizer, 1e-12, 1.0, warm)
    down = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total - warm)
    both = torch.optim.lr_scheduler.SequentialLR(optimizer, [up, down], [warm])
    for t in range(total + 1):
        assert ref.lr_factor(t, warm, total) == pytest.approx(
            optimizer.param_groups[0]["lr"], abs=1e-9
        )
        optimizer.step()
        both.step()
    assert [ref.lr_factor(t, 10, 100) for t in (0, 5, 10, 55, 100)] == [0, 0.5, 1, 0.5, 0]


def test_accumulated_gradient_is_that_of_the_whole_batch(ref, torch_rng):
    x, w = randn(torch_rng, 12, 3), randn(torch_rng, 3).requires_grad_()
    mean = ref.accumulate(lambda batch: (batch @ w).sin().mean(), list(x.split(3)))
    whole = (x @ w).sin().mean()
    assert mean == pytest.approx(whole.item())
    torch.testing.assert_close(w.grad, torch.autograd.grad(whole, w)[0])


def test_the_accumulation_worked_by_hand(ref):
    w = torch.tensor(1.0, requires_grad=True)
    assert (
        ref.accumulate(lambda x: (w * x).mean(), [torch.tensor([1.0, 3]), torch.tensor([5.0, 7])])
        == 4
    )
    assert w.grad == 4
    worked(ref, "parameter_groups", "=4", w.grad)
    gradients = []
    for x in ([1.0, 3], [5.0, 7]):
        w = torch.tensor(1.0, requires_grad=True)
        ref.accumulate(lambda x, w=w: (w * x).mean(), [torch.tensor(x)])
        gradients.append(w.grad)
    worked(ref, "parameter_groups", "the gradients are 2 and 6", gradients)
    worked(ref, "parameter_groups", "it would be 8", sum(gradients))


def test_the_factors_worked_by_hand(ref):
    worked(
        ref,
        "parameter_groups",
        "The 100 factors add up to 50",
        [100, sum(ref.lr_factor(t, 10, 100) for t in range(100))],
    )
    assert sum(ref.lr_factor(t, 7, 31) for t in range(31)) == pytest.approx(31 / 2)
    text = "$f(5)=0.5$, $f(10)=1$, $f(55)=45/90=0.5$, $f(100)=0$"
    steps = {step: ref.lr_factor(step, 10, 100) for step in (5, 10, 55, 100)}
    assert list(steps.values()) == pytest.approx([0.5, 1, 0.5, 0])
    half = steps[55]
    worked(
        ref, "parameter_groups", text, [5, steps[5], 10, steps[10], 55, half, half, 100, steps[100]]
    )


def test_factorised_embedding_has_the_rank_of_the_bottleneck(ref, torch_rng):
    A, M = randn(torch_rng, 20, 3), randn(torch_rng, 3, 8)
    table = ref.albert_embed(torch.arange(20)[None], A, M)[0]
    assert torch.linalg.matrix_rank(table) == 3
    ids = torch.randint(20, (2, 5), generator=torch_rng)
    torch.testing.assert_close(ref.albert_embed(ids, A, M), F.embedding(ids, A @ M))


def test_counts_of_published_models(ref):
    """Sizes of bert-base-uncased, bert-large-uncased and albert-base-v2 as published, heads excluded."""
    assert ref.encoder_param_count(30522, 768, 768, 12, False) == 109_482_240
    assert ref.encoder_param_count(30522, 1024, 1024, 24, False) == 335_141_888
    assert ref.encoder_param_count(30000, 128, 768, 12, True) == 11_683_584


@pytest.mark.parametrize("E, H, n, shared", [(4, 8, 3, False), (4, 8, 3, True), (8, 8, 2, False)])
def test_counts_are_those_of_torchs_modules(ref, E, H, n, shared):
    modules = nn.ModuleList([nn.Embedding(k, E) for k in (30, 512, 2)] + [nn.LayerNorm(E)])
    if E != H:
        modules.append(nn.Linear(E, H))
    modules.extend(nn.TransformerEncoderLayer(H, 2, 4 * H) for _ in range(1 if shared else n))
    modules.append(nn.Linear(H, H))
    assert ref.encoder_param_count(30, E, H, n, shared) == sum(
        p.numel() for p in modules.parameters()
    )


def test_the_table_worked_by_hand(ref):
    assert ref.encoder_param_count(10, 2, 4, 3, False) == 1048 + 4 + 12 + 3 * 244 + 20 == 1816
    assert ref.encoder_param_count(10, 2, 4, 3, True) == 1328
    separate, shared = (ref.encoder_param_count(10, 2, 4, 3, shared) for shared in (False, True))
    worked(ref, "albert_embed", "=1816$. Shared: $1328", [separate, shared])
    worked(
        ref, "albert_embed", r"$12\cdot16+13\cdot4=244$", [12, 16, 13, 4, (separate - shared) / 2]
    )
    for text, sizes in (
        ("109 482 240 for BERT-base", (30522, 768, 768, 12, False)),
        ("335 141 888 for BERT-large", (30522, 1024, 1024, 24, False)),
        ("11 683 584 for ALBERT-base", (30000, 128, 768, 12, True)),
    ):
        worked(ref, "albert_embed", text, ref.encoder_param_count(*sizes))
    M = torch.tensor([[1.0, 0, -1], [0, 1, 1]])
    h = ref.albert_embed(torch.tensor([[0]]), torch.tensor([[1.0, 2]]), M)
    assert h.tolist() == [[[1, 2, 1]]]
    worked(ref, "albert_embed", "h=(1,2,1)", h)
    assert 30000 * 128 + 128 * 768 == pytest.approx(3.94e6, rel=1e-3)
    assert 30000 * 768 == pytest.approx(23.04e6)
    assert 748 * (30000 + 768) < 30000 * 768 < 749 * (30000 + 768)
    worked(ref, "albert_embed", "here 748.8", 30000 * 768 / (30000 + 768))
    table, layers = 30522 * 768, 12 * (12 * 768**2 + 13 * 768)
    assert [round(n / 1e6) for n in (table, layers, 109_482_240 - table - layers)] == [23, 85, 1]


def test_corruption_follows_the_generator(ref, torch_rng):
    logits, ids = randn(torch_rng, 1, 3, 4), torch.tensor([[2, 0, 1]])
    n = 40_000
    masked = torch.tensor([[True, False, True]]).expand(n, 3)
    corrupted, replaced = ref.electra_corrupt(
        ids.expand(n, 3), masked, logits.expand(n, 3, 4), torch_rng
    )
    p = logits.softmax(-1)[0]
    for i in (0, 2):
        shares = torch.bincount(corrupted[:, i], minlength=4) / n
        torch.testing.assert_close(shares.double(), p[i], atol=0.02, rtol=0)
        assert replaced[:, i].double().mean().item() == pytest.approx(
            1 - p[i, ids[0, i]].item(), abs=0.02
        )
    assert (corrupted[:, 1] == 0).all()
    assert not replaced[:, 1].any()


def test_discriminator_loss_by_its_formula(ref, torch_rng):
    logits, y = randn(torch_rng, 3, 4), torch.rand(3, 4, generator=torch_rng) < 0.4
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]).bool()
    q = 1 / (1 + (-logits).exp())
    terms = [
        -math.log(q[b, i] if y[b, i] else 1 - q[b, i])
        for b, i in itertools.product(range(3), range(4))
        if mask[b, i]
    ]
    assert ref.electra_loss(logits, y, mask).item() == pytest.approx(sum(terms) / 7)


def test_the_detector_worked_by_hand(ref):
    q = torch.tensor([[0.8, 0.25, 0.5, 0.9]], dtype=F64)
    replaced, real = torch.tensor([[1, 0, 0, 1]]).bool(), torch.tensor([[1, 1, 1, 0]]).bool()
    worked(ref, "electra_corrupt", "0.401", ref.electra_loss(q.logit(), replaced, real))
    for position, text in enumerate((r"-\ln0.8=0.223", r"-\ln0.75=0.288", r"-\ln0.5=0.693")):
        one = torch.zeros(1, 4).index_fill(1, torch.tensor([position]), 1)
        p = q[0, position] if replaced[0, position] else 1 - q[0, position]
        worked(ref, "electra_corrupt", text, [p, ref.electra_loss(q.logit(), replaced, one.bool())])


def test_the_best_discriminator_reports_a_probability(ref):
    """Of ten equal tokens three were replaced: the loss is smallest at q = 0.3."""
    y = torch.arange(10)[None] < 3
    losses = [
        ref.electra_loss(
            torch.full((1, 10), q, dtype=F64).logit(), y, torch.ones(1, 10).bool()
        ).item()
        for q in torch.arange(0.05, 1, 0.05).tolist()
    ]
    assert min(range(19), key=losses.__getitem__) == 5


def test_the_small_language_has_the_floor_of_the_text(ref):
    """Given who and where, five equally likely words; 30 of a kind; 107 pieces."""
    dice = np.random.default_rng(0)
    done = [s[s.index("##s") - 1] for s in (ref.write("dogs", dice) for _ in range(4000))]
    shares = np.unique(done, return_counts=True)[1] / 4000
    assert len(shares) == 5
    assert shares == pytest.approx(np.full(5, 0.2), abs=0.04)
    who, does, where = zip(*ref.TOPICS.values(), strict=True)
    for lists in (who, does):
        words = " ".join(lists).split()
        assert len(words) == len(set(words)) == 30  # a word of these gives the topic away
    assert len(ref.PIECES) == 107
    shared = [w for w in " ".join(where).split() if " ".join(where).split().count(w) > 1]
    assert set(shared) == set(ref.DOUBLE)
    numbers = [math.log(n) for n in (5, 30, 107)]
    for text, number in zip(
        (r"$\ln5=1.61$", r"$\ln30=3.40$", r"$\ln107=4.67$"), numbers, strict=True
    ):
        assert f"{number:.2f}" in text
