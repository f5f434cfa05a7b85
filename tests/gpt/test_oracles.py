"""The reference of gpt against torch.nn, enumeration and closed forms; and what the notebook claims."""

import itertools
import math
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def random_params(ref, rng, V, n_ctx, D, n_layers):
    """Weights of init_gpt in float64, with random gains and biases."""

    def spread(tree):
        if isinstance(tree, dict):
            return {name: spread(part) for name, part in tree.items()}
        if isinstance(tree, (list, tuple)):
            return type(tree)(spread(part) for part in tree)
        return tree.double() + 0.3 * randn(rng, *tree.shape)

    return spread(ref.init_gpt(V, n_ctx, D, n_layers, rng))


def pair_model(table):
    """A model whose logits depend on the last two tokens."""
    return lambda ids: F.pad(table[ids[:, :-1], ids[:, 1:]], (0, 0, 1, 0))


def texts(V, length):
    return itertools.product(range(V), repeat=length)


def test_attention_is_torchs(ref, torch_rng):
    x, Wqkv, Wo = randn(torch_rng, 3, 7, 12), randn(torch_rng, 12, 36), randn(torch_rng, 12, 12)
    layer = nn.MultiheadAttention(12, 4, bias=False, batch_first=True, dtype=F64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(Wqkv.T)
        layer.out_proj.weight.copy_(Wo.T)
        mask = nn.Transformer.generate_square_subsequent_mask(7, dtype=F64)
        expected, _ = layer(x, x, x, attn_mask=mask, need_weights=False)
    torch.testing.assert_close(ref.causal_self_attention(x, Wqkv, Wo, 4), expected)
    q, k, v = ref.split_heads(x, Wqkv, 4)
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2) @ Wo
    torch.testing.assert_close(y, expected)


def test_later_tokens_change_nothing(ref, torch_rng):
    x, Wqkv, Wo = randn(torch_rng, 2, 9, 6), randn(torch_rng, 6, 18), randn(torch_rng, 6, 6)
    y = ref.causal_self_attention(x, Wqkv, Wo, 3)
    for t in range(9):
        changed = torch.cat([x[:, : t + 1], 100 * randn(torch_rng, 2, 8 - t, 6)], dim=1)
        torch.testing.assert_close(
            ref.causal_self_attention(changed, Wqkv, Wo, 3)[:, : t + 1], y[:, : t + 1]
        )


def test_the_number_worked_by_hand(ref):
    x, one = torch.tensor([[[1.0], [2.0]]], dtype=F64), torch.ones(1, 1, dtype=F64)
    y = ref.causal_self_attention(x, one.expand(1, 3), one, 1).flatten()
    worked(ref, "causal_self_attention", "itself: $y_0=1$", y[0])
    worked(ref, "causal_self_attention", "=1.881", y[1])
    worked(ref, "causal_self_attention", "=0.119$,", 2 - y[1])
    worked(ref, "causal_self_attention", "=0.881$", y[1] - 1)
    worked(ref, "causal_self_attention", "=0.269", 1 / (1 + math.e))


def torch_decoder(params, n_heads, hidden):
    """nn.TransformerEncoder in pre-LN order with the weights of ``params``."""
    D = params["wte"].shape[1]
    layer = nn.TransformerEncoderLayer(
        D,
        n_heads,
        hidden,
        dropout=0.0,
        activation="gelu",
        batch_first=True,
        norm_first=True,
        dtype=F64,
    )
    encoder = nn.TransformerEncoder(
        layer, len(params["blocks"]), norm=nn.LayerNorm(D, dtype=F64), enable_nested_tensor=False
    )
    with torch.no_grad():
        for theirs, ours in zip(encoder.layers, params["blocks"], strict=True):
            theirs.self_attn.in_proj_weight.copy_(ours["Wqkv"].T)
            theirs.self_attn.in_proj_bias.zero_()
            theirs.self_attn.out_proj.weight.copy_(ours["Wo"].T)
            theirs.self_attn.out_proj.bias.zero_()
            for linear, W, b in ((theirs.linear1, "W1", "b1"), (theirs.linear2, "W2", "b2")):
                linear.weight.copy_(ours[W].T)
                linear.bias.copy_(ours[b])
            for norm, name in ((theirs.norm1, "ln_1"), (theirs.norm2, "ln_2")):
                norm.weight.copy_(ours[name][0])
                norm.bias.copy_(ours[name][1])
        encoder.norm.weight.copy_(params["ln_f"][0])
        encoder.norm.bias.copy_(params["ln_f"][1])
    return encoder


def test_decoder_is_torchs(ref, torch_rng):
    params = random_params(ref, torch_rng, 11, 9, 8, 3)
    ids = torch.randint(11, (4, 7), generator=torch_rng)
    mask = nn.Transformer.generate_square_subsequent_mask(7, dtype=F64)
    h = torch_decoder(params, 2, 32)(
        params["wte"][ids] + params["wpe"][:7], mask=mask, is_causal=True
    )
    torch.testing.assert_close(ref.gpt_forward(ids, params, 2), h @ params["wte"].T)


def test_size_of_gpt_2(ref):
    D, V, blocks, n_ctx = 768, 50257, 12, 1024
    params = ref.init_gpt(7, 5, 6, 1, torch.Generator())
    assert sum(params["blocks"][0][W].numel() for W in ("Wqkv", "Wo", "W1", "W2")) == 12 * 6**2
    assert (blocks * 12 * D**2 + V * D + n_ctx * D) / 1e6 == pytest.approx(124.3, abs=0.05)
    assert 2 * blocks * n_ctx * D / 1e6 == pytest.approx(18.9, abs=0.05)


def test_loss_is_the_likelihood_of_the_text(ref, torch_rng):
    """Perplexity is the inverse geometric mean, over all tokens of all sequences, of their probabilities."""
    logits, lengths = randn(torch_rng, 3, 6, 5), [6, 3, 2]
    ids = torch.randint(1, 5, (3, 6), generator=torch_rng)
    product, count = 1.0, 0
    for b, n in enumerate(lengths):
        ids[b, n:] = 0
        for t in range(n - 1):
            weights = [math.exp(v) for v in logits[b, t].tolist()]
            product *= weights[ids[b, t + 1]] / sum(weights)
            count += 1
    loss, perplexity = ref.lm_loss_and_perplexity(logits, ids, 0)
    assert perplexity.item() == pytest.approx(product ** (-1 / count))
    assert loss.item() == pytest.approx(-math.log(product) / count)


def test_probabilities_of_all_texts_sum_to_one(ref, torch_rng):
    """The shift is right if and only if the model is a distribution over texts, given the first token."""
    params = random_params(ref, torch_rng, 3, 5, 4, 1)
    ids = torch.tensor([[1, *text] for text in texts(3, 4)])
    losses = torch.stack(
        [
            ref.lm_loss_and_perplexity(ref.gpt_forward(row[None], params, 2), row[None], -1)[0]
            for row in ids
        ]
    )
    assert (-4 * losses).exp().sum().item() == pytest.approx(1)


def test_the_logits_worked_by_hand(ref):
    norm, zero = (torch.ones(2), torch.zeros(2)), torch.zeros(2, 2)
    block = {"ln_1": norm, "ln_2": norm, "Wqkv": torch.zeros(2, 6), "Wo": zero}
    block |= {"W1": torch.zeros(2, 8), "b1": torch.zeros(8), "W2": torch.zeros(8, 2)}
    block["b2"] = torch.tensor([0.0, 4])
    wte, wpe = torch.tensor([[1.0, 0], [0, 2]]), torch.tensor([[2.0, 0]])
    params = {"wte": wte, "wpe": wpe, "blocks": [block], "ln_f": norm}
    logits = ref.gpt_forward(torch.tensor([[0]]), params, 1).round(decimals=3)
    worked(ref, "gpt_forward", "=(-1,2)", logits)
    worked(ref, "gpt_forward", "(h)=(-1,1)", logits / torch.tensor([1, 2]))


def test_the_batch_worked_by_hand(ref):
    pad, half = 2, [0.0, 0.0, -torch.inf]
    ids = torch.tensor([[0, 0, 1], [0, 1, pad]])
    rare = [math.log(15), 0.0, -torch.inf]
    logits = torch.tensor([[half, half, half], [rare, half, half]], dtype=F64)
    loss, perplexity = ref.lm_loss_and_perplexity(logits, ids, pad)
    worked(ref, "lm_loss_and_perplexity", "=1.386$, the perplexity 4", [loss, perplexity])
    rows = [ref.lm_loss_and_perplexity(logits[[b]], ids[[b]], pad) for b in range(2)]
    perplexities = [rows[0][1], rows[1][1]]
    text = "perplexities 2 and 16 would give 9"
    worked(ref, "lm_loss_and_perplexity", text, [*perplexities, sum(perplexities) / 2])
    worked(ref, "lm_loss_and_perplexity", "=5.66", ((rows[0][0] + rows[1][0]) / 2).exp())


def test_top_k_is_torchs_topk(ref, torch_rng):
    logits = randn(torch_rng, 6, 9)
    for k in (1, 4, 9):
        shaped, (values, ids) = ref.top_k_logits(logits, k, 0.7), logits.topk(k)
        torch.testing.assert_close(shaped.gather(1, ids), values / 0.7)
        assert (shaped.isfinite().sum(1) == k).all()


def test_nucleus_is_the_smallest_of_all_subsets(ref, torch_rng):
    """Of all 2^6 subsets with mass p or more, none has fewer tokens, and none of that size has more mass."""
    for row, p in itertools.product(2 * randn(torch_rng, 5, 6), (0.1, 0.5, 0.8, 0.95)):
        probs = row.softmax(0)
        kept = ref.top_p_logits(row[None], p)[0].isfinite()
        subsets = torch.tensor(list(itertools.product([False, True], repeat=6)))
        mass = (subsets * probs).sum(1)
        enough = mass >= p
        assert kept.sum() == subsets[enough].sum(1).min()
        same_size = subsets.sum(1) == kept.sum()
        assert probs[kept].sum().item() == pytest.approx(mass[same_size].max().item())


def test_the_distribution_worked_by_hand(ref):
    logits = torch.tensor([[0.0, math.log(4), 0.0, math.log(2)]], dtype=F64)
    cooled, kept = ref.top_k_logits(logits, 4, 0.5).softmax(-1), ref.top_k_logits(logits, 3)
    worked(ref, "top_k_logits", "(0.045,0.727,0.045,0.182)", cooled)
    worked(ref, "top_k_logits", r"(\frac17,\frac47,0,\frac27)", kept.softmax(-1))
    worked(ref, "top_k_logits", r"(\frac18,\frac12,\frac18,\frac14)", logits.softmax(-1))
    assert ref.top_p_logits(logits, 0.4).isfinite().tolist() == [[False, True, False, False]]
    assert ref.top_k_logits(logits, 3).softmax(-1)[0].tolist() == pytest.approx(
        [1 / 7, 4 / 7, 0, 2 / 7]
    )
    assert ref.top_p_logits(logits, 0.7).isfinite().tolist() == [[False, True, False, True]]
    assert (
        ref.top_p_logits(torch.tensor([[0.9, 0.05, 0.03, 0.02]]).log(), 0.8).isfinite().sum() == 1
    )


def test_frequencies_of_sampled_texts_are_their_probabilities(ref, torch_rng):
    """An even grid of pairs of uniform numbers stands for the unit square."""
    table, n = randn(torch_rng, 3, 3, 3), 50
    model, counts = pair_model(table), {}
    grid = (torch.arange(n, dtype=F64) + 0.5) / n
    for u, v in itertools.product(grid.tolist(), grid.tolist()):
        text = tuple(ref.generate(model, [0, 1], 2, 9, torch.tensor([u, v]), tau=1.3)[2:])
        counts[text] = counts.get(text, 0) + 1 / n**2
    p = (table / 1.3).softmax(-1)
    for a, b in texts(3, 2):
        assert counts.get((a, b), 0) == pytest.approx((p[0, 1, a] * p[1, a, b]).item(), abs=0.05)


def test_sampling_is_inversion_of_the_distribution_function(ref, torch_rng):
    logits = randn(torch_rng, 1, 40)
    for seed in range(50):
        u = torch.rand(1, generator=torch.Generator().manual_seed(seed), dtype=F64)
        token = ref.generate(lambda ids: logits[:, None].expand(1, ids.shape[1], 40), [0], 1, 4, u)[
            -1
        ]
        assert token == torch.searchsorted(logits[0].softmax(0).cumsum(0), u, right=True).item()


def test_greedy_is_a_beam_of_one(ref, torch_rng):
    for _ in range(20):
        model = pair_model(randn(torch_rng, 5, 5, 5))
        assert (
            ref.generate(model, [0, 0], 6, 99, eos=3)
            == ref.beam_search(model, [0, 0], 1, 6, eos=3)[0]
        )


def exhaustive(table, prompt, max_new, eos, alpha):
    """The best of all texts that end with their first eos or have max_new tokens."""
    best = (-math.inf, None)
    log_p = table.log_softmax(-1)
    for n in range(1, max_new + 1):
        for new in texts(len(table), n):
            if eos in new[:-1] or (n < max_new and new[-1] != eos):
                continue
            whole = [*prompt, *new]
            total = sum(
                log_p[whole[i - 2], whole[i - 1], whole[i]].item()
                for i in range(len(prompt), len(whole))
            )
            best = max(best, (total / n**alpha, whole))
    return best


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0, 1.7])
def test_a_wide_beam_is_exhaustive_search(ref, torch_rng, alpha):
    for eos in (0, 1, 2, None):
        table = randn(torch_rng, 3, 3, 3)
        score, text = exhaustive(table, [2, 0], 5, eos, alpha)
        found, value = ref.beam_search(pair_model(table), [2, 0], 10_000, 5, eos, alpha)
        assert found == text
        assert value == pytest.approx(score)


def test_a_narrow_beam_never_beats_exhaustive_search(ref, torch_rng):
    gaps = []
    for _ in range(30):
        table = 2 * randn(torch_rng, 4, 4, 4)
        best, _ = exhaustive(table, [1, 1], 4, None, 0.6)
        text, score = ref.beam_search(pair_model(table), [1, 1], 2, 4)
        log_p = table.log_softmax(-1)
        total = sum(log_p[text[i - 2], text[i - 1], text[i]].item() for i in range(2, len(text)))
        assert score == pytest.approx(total / 4**0.6)
        gaps.append(best - score)
    assert min(gaps) > -1e-9
    assert max(gaps) > 1e-3  # two beams are not enough everywhere


def test_the_draws_worked_by_hand(ref):
    logits = torch.tensor([0.0, math.log(4), 0.0, math.log(2)], dtype=F64)

    def drawn(u, k=None):
        model = lambda ids: logits.expand(1, ids.shape[1], 4)  # noqa: E731
        return ref.generate(model, [0], 1, 9, torch.tensor([u], dtype=F64), k=k)[-1]

    text = "$u=0.1$ gives token 0, $u=0.5$ token 1 and $u=0.7$ token 2"
    worked(ref, "generate", text, [0.1, drawn(0.1), 0.5, drawn(0.5), 0.7, drawn(0.7)])
    text = "now $u=0.1$ gives token 1 and $u=0.7$ token 3"
    worked(ref, "generate", text, [0.1, drawn(0.1, 2), 0.7, drawn(0.7, 2)])
    worked(ref, "generate", "c=(0.125,0.625,0.75,1)", logits.softmax(0).cumsum(0))


def test_the_beams_worked_by_hand(ref):
    def model(table):
        return lambda ids: torch.tensor(table, dtype=F64).log()[ids]

    table = [[1, 0, 0, 0], [0.4, 0.3, 0.3, 0], [0.9, 0.05, 0.05, 0], [0, 0.6, 0.4, 0]]
    greedy, R = ref.beam_search(model(table), [3], 1, 2, 0, 0.0)
    assert greedy == [3, 1, 0]
    worked(ref, "beam_search", "=0.24$.", math.exp(R))
    (beam, score), (same, R) = (ref.beam_search(model(table), [3], 2, 2, 0, a) for a in (0.6, 0.0))
    assert beam == same == [3, 2, 0]
    worked(ref, "beam_search", r"R=\log0.36=-1.022", [math.exp(R), R])
    worked(ref, "beam_search", "=-0.674", score)

    table = [[1, 0], [0.6, 0.4], [0.45, 0.55]]  # token 2 begins the text
    short, R = ref.beam_search(model(table), [2], 2, 2, 0, 0.0)
    assert short == [2, 0]
    worked(ref, "beam_search", r"R=\log0.45=-0.799", [math.exp(R), R])
    long, score = ref.beam_search(model(table), [2], 2, 2, 0, 1.0)
    assert long == [2, 1, 0]
    worked(ref, "beam_search", "-1.109/2=-0.554", [score, score])


@pytest.mark.parametrize("sizes", [[9], [1] * 9, [4, 1, 1, 3], [2, 5, 2]])
def test_the_cache_changes_nothing(ref, torch_rng, sizes):
    """Against nn.TransformerEncoder over the whole text."""
    params = random_params(ref, torch_rng, 7, 12, 8, 2)
    ids = torch.randint(7, (3, 9), generator=torch_rng)
    mask = nn.Transformer.generate_square_subsequent_mask(9, dtype=F64)
    h = torch_decoder(params, 4, 32)(
        params["wte"][ids] + params["wpe"][:9], mask=mask, is_causal=True
    )
    cache, logits = ref.empty_cache(params, 3, 4), []
    for chunk in ids.split(sizes, dim=1):
        rows, cache = ref.kv_cache_step(chunk, cache, params, 4)
        logits.append(rows)
    torch.testing.assert_close(torch.cat(logits, 1), h @ params["wte"].T)
    assert [k.shape for k, _ in cache] == [(3, 4, 9, 2)] * 2


def test_the_step_worked_by_hand(ref):
    a, b = torch.tensor([[1.0, -1, 1, -1], [1, 1, -1, -1]], dtype=F64)
    eye, zero = torch.eye(4, dtype=F64), torch.zeros(4, 4, dtype=F64)
    norm = torch.ones(4, dtype=F64), zero[0]
    block = {"ln_1": norm, "Wqkv": torch.cat([zero, zero, eye], 1), "Wo": 6 * eye, "ln_2": norm}
    block |= {"W1": zero, "b1": zero[0], "W2": zero, "b2": zero[0]}
    for place, expected in ((-2 * b, [2.4, -3.2]), (0 * b, [2.4, 3.2])):
        wte, wpe = torch.stack([a, b]), torch.stack([0 * b, place])
        params = {"wte": wte, "wpe": wpe, "blocks": [block], "ln_f": norm}
        logits, cache = ref.kv_cache_step(
            torch.tensor([[0]]), ref.empty_cache(params, 1, 1), params, 1
        )
        assert logits.flatten().tolist() == pytest.approx([4, 0], abs=1e-4)
        worked(ref, "kv_cache_step", "(4,0)", logits.round(decimals=4))
        logits, _ = ref.kv_cache_step(torch.tensor([[1]]), cache, params, 1)
        assert logits.flatten().tolist() == pytest.approx(expected, abs=1e-4)
        text = "(2.4,-3.2)" if expected[1] < 0 else "(2.4,3.2)"
        worked(ref, "kv_cache_step", text, logits)


def test_prediction_is_that_of_a_gradient_step_by_autograd(ref, torch_rng):
    X, y, xq = randn(torch_rng, 6, 3), randn(torch_rng, 6), randn(torch_rng, 3)
    w = torch.zeros(3, dtype=F64, requires_grad=True)
    (0.5 * (X @ w - y) ** 2).sum().backward()
    torch.testing.assert_close(ref.icl_gd_predict(X, y, xq, 0.4), (w - 0.4 * w.grad).detach() @ xq)


def test_the_prediction_worked_by_hand(ref):
    X, y, xq = torch.tensor([[1.0, 0], [1, 1]]), torch.tensor([2.0, -1]), torch.tensor([2.0, 3])
    worked(ref, "icl_prompt", r"=-\frac12$. Check", ref.icl_gd_predict(X, y, xq, 0.5))
    w = [ref.icl_gd_predict(X, y, unit, 0.5) for unit in torch.eye(2)]
    worked(ref, "icl_prompt", r"=(\frac12,-\frac12)$", w)


def test_prompt_can_be_read_back(ref):
    examples = [("a", "1"), ("b", "2"), ("q", "leak"), ("c", "3")]
    task, *blocks = ref.icl_prompt("Do it.", examples, "q").split("\n\n")
    assert task == "Do it."
    assert [tuple(line.partition(": ")[2] for line in block.split("\n")) for block in blocks[:-1]] == [
        ("a", "1"), ("b", "2"), ("c", "3")
    ]  # fmt: skip
    assert blocks[-1] == "Input: q\nOutput:"


@pytest.mark.parametrize("max_turns", [0, 1, 3])
def test_chat_with_a_model_that_reads_its_prompt(ref, max_turns):
    """A model that counts the questions it sees and then raves on."""

    def model(prompt):
        return (
            prompt
            + f" I see {prompt.count('User:')} questions.\nUser: why?\nAssistant: because\nUser:"
        )

    session = ref.ChatSession(model, max_turns)
    expected = [f"I see {min(i, max_turns) + 1} questions." for i in range(6)]
    assert [session.reply(f"question {i}") for i in range(6)] == expected


def test_tokens_are_lossless(ref):
    _, tokenizer = ref.load_austen()
    text = (ref.DATA / "austen_heldout.txt").read_text()
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert len(tokenizer.pieces) == 768
    assert 2.7 < len(text) / len(ids) < 3


def test_stored_weights_read_austen_as_the_training_script_says(ref):
    """Nats per character on the held-out excerpt, against what was measured on all held-out text: 1.014."""
    params, tokenizer = ref.load_austen()
    text = (ref.DATA / "austen_heldout.txt").read_text()
    windows = torch.tensor(tokenizer.encode(text)).unfold(0, 97, 48)
    with torch.no_grad():
        log_p = torch.cat(
            [
                F.log_softmax(ref.gpt_forward(part[:, :-1], params, 4), -1).gather(
                    -1, part[:, 1:, None]
                )
                for part in windows.split(32)
            ]
        )
    tokens_per_character = len(tokenizer.encode(text)) / len(text)
    assert -log_p[:, 48:].mean().item() * tokens_per_character == pytest.approx(1.014, abs=0.03)


def test_first_look_is_what_torchs_encoder_says(ref):
    """The stored probabilities, against nn.TransformerEncoder with the stored weights."""
    params, tokenizer = ref.load_austen()
    ids = torch.tensor([[tokenizer.ids[piece] for piece in ref.PASSAGE["pieces"]]])
    params = {name: _doubled(part) for name, part in params.items()}
    T = ids.shape[1]
    mask = nn.Transformer.generate_square_subsequent_mask(T, dtype=F64)
    encoder = torch_decoder(params, 4, 640)
    with torch.no_grad():
        h = encoder(params["wte"][ids] + params["wpe"][:T], mask=mask, is_causal=True)
        probs = (h @ params["wte"].T)[0, :-1].softmax(-1)
    mine = probs.gather(1, ids[0, 1:, None])[:, 0].tolist()
    assert mine == pytest.approx(ref.PASSAGE["p"], abs=2e-6)
    best = [[tokenizer.pieces[i] for i in row.topk(8).indices] for row in probs]
    assert best == [[piece for piece, _ in row] for row in ref.PASSAGE["best"]]


def _doubled(tree):
    if isinstance(tree, dict):
        return {name: _doubled(part) for name, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(_doubled(part) for part in tree)
    return tree.double()


def test_a_remembering_model_is_the_model(ref):
    """In any order of questions: branches, repeats and single tokens."""
    params, _ = ref.load_austen()
    model = ref.Remembering(params)
    for ids in ([5, 9, 700], [5, 9, 700, 3], [5, 9, 2], [5, 9], [5, 9, 700, 3, 8, 8], [7]):
        with torch.no_grad():
            whole = ref.gpt_forward(torch.tensor([ids]), params, 4)
        torch.testing.assert_close(model(torch.tensor([ids])), whole, rtol=1e-4, atol=1e-4)


RUDE = {
    "arse", "ass", "bastard", "bitch", "bloody", "bugger", "cock", "crap", "cunt", "damn", "damned", "dick", "devil",
    "fuck", "gipsy", "hell", "jew", "negro", "nigger", "piss", "prick", "pussy", "shit", "slave", "slut", "tit", "tits", "turd",
    "twat", "wank", "whore",
}  # fmt: skip
"""Words that nobody should find in a picture of the notebook."""


def rude_words(text):
    return RUDE & set(re.findall("[a-z]+", text.lower()))


def test_a_rude_word_is_found():
    assert rude_words('"Damn the carriage," said Emma.') == {"damn"}
    assert not rude_words("She passed the classical assembly at Scunthorpe.")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_shown_is_fit_to_be_shown(ref, seed):
    _, tokenizer = ref.load_austen()
    for name, rows in ref.continuations(seed).items():
        for row in rows:
            assert not rude_words(tokenizer.decode(row)), name
