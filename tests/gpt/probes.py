"""Graded tests of gpt; docs/authoring.md says how to write them."""

import math

import torch

from dlcourse import exact, probe


def normal(rng, *shape, scale=1.0):
    """A float64 tensor of normal numbers."""
    return torch.from_numpy(scale * rng.normal(size=shape))


def tokens(rng, V, *shape):
    """Random token ids."""
    return torch.from_numpy(rng.integers(V, size=shape))


def random_gpt(rng, V, n_ctx, D, n_layers, hidden):
    """Weights of a GPT in float64, layer norms included."""

    def norm():
        return 1 + normal(rng, D, scale=0.3), normal(rng, D, scale=0.3)

    blocks = []
    for _ in range(n_layers):
        block = {
            "ln_1": norm(),
            "Wqkv": normal(rng, D, 3 * D),
            "Wo": normal(rng, D, D, scale=0.5),
            "ln_2": norm(),
        }
        block |= {"W1": normal(rng, D, hidden), "b1": normal(rng, hidden)}
        block |= {"W2": normal(rng, hidden, D, scale=0.5), "b2": normal(rng, D)}
        blocks.append(block)
    return {"wte": normal(rng, V, D), "wpe": normal(rng, n_ctx, D), "blocks": blocks, "ln_f": norm()}


def chain(*rows):
    """A model that looks at the last token only; row i holds the probabilities after token i."""
    logits = torch.tensor(rows, dtype=torch.float64).log()
    return lambda ids: logits[ids]


def first_and_last(rng, V, scale=1.5):
    """A model whose logits depend on the current token and on the first one that it is shown."""
    last, first = normal(rng, V, V, scale=scale), normal(rng, V, V, scale=scale)
    return lambda ids: last[ids] + first[ids[:, :1]]


def with_places(rng, V, scale=0.7):
    """The same, and on the position: two orders of the same steps never have the same score."""
    model, places = first_and_last(rng, V, scale), normal(rng, 40, V, scale=0.3)
    return lambda ids: model(ids) + places[: ids.shape[1]]


def no_positions(params, batch, n_heads):
    """An empty cache."""
    d = params["wte"].shape[1] // n_heads
    return [(torch.zeros(batch, n_heads, 0, d, dtype=torch.float64),) * 2 for _ in params["blocks"]]


def scripted(continuations, prompts):
    """A text model that continues as told and notes down its prompts."""

    def respond(prompt):
        prompts.append(prompt)
        return prompt + continuations[len(prompts) - 1]

    return respond


def talk(session, users, prompts):
    """What a session answers to each message, and what its model was shown."""
    replies = {f"reply {i}": session.reply(user) for i, user in enumerate(users)}
    return replies | {f"prompt {i}": prompt for i, prompt in enumerate(prompts)}


@probe("causal_self_attention", points=1)
def layout_of_the_heads(split_heads):
    """Two positions, two heads of width 2: keys are 10 times and values 100 times the queries."""
    x = torch.tensor([[[1.0, 2, 3, 4], [5, 6, 7, 8]]])
    return split_heads(x, torch.cat([torch.eye(4), 10 * torch.eye(4), 100 * torch.eye(4)], dim=1), 2)


@probe("causal_self_attention", points=2)
def two_positions_by_hand(causal_self_attention):
    """The text 1, 2 with one head of width 1: outputs 1 and 1.881, then both times -3."""
    x, Wqkv = torch.tensor([[[1.0], [2.0]]], dtype=torch.float64), torch.ones(1, 3, dtype=torch.float64)
    one = torch.ones(1, 1, dtype=torch.float64)
    return [causal_self_attention(x, Wqkv, Wo, 1) for Wo in (one, -3 * one)]


@probe("causal_self_attention", points=2, public=False)
def heads_of_a_batch(split_heads, rng):
    """A batch cut into three heads and into two; arguments stay unchanged."""
    x, Wqkv = normal(rng, 5, 2, 6).transpose(0, 1), normal(rng, 6, 18)  # x is not contiguous
    return {f"{H} heads": dict(zip("qkv", split_heads(x, Wqkv, H), strict=True)) for H in (3, 2)}


@probe("causal_self_attention", points=4, public=False)
def attention_of_a_batch(causal_self_attention, rng):
    """A batch with four heads, two, and one; a batch of one; a single position; one of zeros; arguments stay unchanged."""
    x, Wqkv, Wo = normal(rng, 5, 3, 8).transpose(0, 1), normal(rng, 8, 24, scale=0.5), normal(rng, 8, 8)
    outputs = {f"{H} heads": causal_self_attention(x, Wqkv, Wo, H) for H in (4, 2, 1)}
    outputs["a batch of one"] = causal_self_attention(x[:1], Wqkv, Wo, 2)
    outputs["a single position"] = causal_self_attention(x[:, :1], Wqkv, Wo, 4)
    zeros = torch.tensor([1.0, 1, 0, 1, 1], dtype=x.dtype)[:, None]  # scores of exactly 0 that may be seen
    outputs["a position of zeros"] = causal_self_attention(x[:1] * zeros, Wqkv, Wo, 2)
    return outputs


@probe("causal_self_attention", points=2, public=False)
def another_ending(causal_self_attention, rng):
    """Two texts that differ from their fourth position on, in float32."""
    x, other = normal(rng, 1, 7, 6).float(), normal(rng, 1, 4, 6).float()
    Wqkv, Wo = normal(rng, 6, 18).float(), normal(rng, 6, 6).float()
    changed = torch.cat([x[:, :3], other], dim=1)
    return causal_self_attention(x, Wqkv, Wo, 3), causal_self_attention(changed, Wqkv, Wo, 3)


@probe("causal_self_attention", points=1, public=False)
def scores_of_any_size(causal_self_attention, rng):
    """Inputs of a million, so that scores reach 10^12."""
    return causal_self_attention(normal(rng, 2, 6, 4, scale=1e6), normal(rng, 4, 12), normal(rng, 4, 4), 2)


@probe("causal_self_attention", points=2, public=False)
def gradients_through_attention(causal_self_attention, rng):
    """Autograd through the layer in float32, to the inputs and both weight matrices."""
    x, Wqkv, Wo = normal(rng, 2, 5, 6).float(), normal(rng, 6, 18, scale=0.5).float(), normal(rng, 6, 6).float()
    weight = normal(rng, 2, 5, 6).float()
    for tensor in (x, Wqkv, Wo):
        tensor.requires_grad_()
    y = causal_self_attention(x, Wqkv, Wo, 3)
    return torch.autograd.grad((weight * y).sum(), (x, Wqkv, Wo), allow_unused=True)


@probe("gpt_forward", points=2)
def one_block_by_hand(gpt_forward):
    """The decoder of the text on the text 0: logits (-1, 2)."""
    f = {"dtype": torch.float64}
    norm = torch.ones(2, **f), torch.zeros(2, **f)
    block = {"ln_1": norm, "Wqkv": torch.ones(2, 6, **f), "Wo": torch.zeros(2, 2, **f), "ln_2": norm}
    block |= {"W1": torch.ones(2, 3, **f), "b1": torch.zeros(3, **f)}
    block |= {"W2": torch.zeros(3, 2, **f), "b2": torch.tensor([0.0, 4.0], **f)}
    wte, wpe = torch.tensor([[1.0, 0], [0, 2]], **f), torch.tensor([[2.0, 0], [9, 0]], **f)
    params = {"wte": wte, "wpe": wpe, "blocks": [block], "ln_f": norm}
    return gpt_forward(torch.tensor([[0]]), params, 1)


@probe("gpt_forward", points=1)
def the_same_token_twice(gpt_forward):
    """No blocks at all: the same token at two positions gives different logits, (1, -1) and (-1, 1)."""
    norm = torch.ones(2), torch.zeros(2)
    params = {
        "wte": torch.eye(2),
        "wpe": torch.tensor([[2.0, 0], [0, 5], [7, 7]]),
        "blocks": [],
        "ln_f": norm,
    }
    return gpt_forward(torch.tensor([[0, 0]]), params, 1)


@probe("gpt_forward", points=4, public=False)
def two_blocks_on_a_batch(gpt_forward, rng):
    """Two blocks, a batch of three, with three heads and with two; arguments stay unchanged."""
    params, ids = random_gpt(rng, V=7, n_ctx=9, D=6, n_layers=2, hidden=10), tokens(rng, 7, 3, 5)
    return {f"{H} heads": gpt_forward(ids, params, H) for H in (3, 2)}


@probe("gpt_forward", points=2, public=False)
def as_long_as_the_context(gpt_forward, rng):
    """Three blocks and one, narrow and wide: a text that fills the context, a batch of one, a single token."""
    results = []
    for n_layers, hidden, shape in ((3, 3, (2, 8)), (1, 19, (1, 3)), (1, 3, (4, 1))):
        params = random_gpt(rng, V=5, n_ctx=8, D=4, n_layers=n_layers, hidden=hidden)
        results.append(gpt_forward(tokens(rng, 5, *shape), params, 2))
    return results


@probe("gpt_forward", points=2, public=False)
def gradients_of_all_weights(gpt_forward, rng):
    """Autograd through the decoder: embeddings, which are used twice, positions, and a block."""
    params, ids = random_gpt(rng, V=5, n_ctx=6, D=4, n_layers=2, hidden=7), tokens(rng, 5, 2, 3)
    first, last = params["blocks"]
    leaves = [
        params["wte"],
        params["wpe"],
        *params["ln_f"],
        *first["ln_1"],
        first["Wqkv"],
        first["Wo"],
        last["W1"],
    ]
    for leaf in leaves:
        leaf.requires_grad_()
    weight = normal(rng, 2, 3, 5)
    return torch.autograd.grad((weight * gpt_forward(ids, params, 2)).sum(), leaves, allow_unused=True)


@probe("lm_loss_and_perplexity", points=2)
def three_targets_by_hand(lm_loss_and_perplexity):
    """The batch of the text: probabilities 1/2, 1/2 and 1/16, then a padded target (2 is the padding)."""
    half, small, unused = [0.5, 0.5, 1e-9], [1 / 16, 14 / 16, 1 / 16], [1 / 8, 3 / 4, 1 / 8]
    probs = torch.tensor([[half, half, unused], [small, half, half]], dtype=torch.float64)
    return lm_loss_and_perplexity(probs.log(), torch.tensor([[0, 1, 0], [1, 0, 2]]), 2)


@probe("lm_loss_and_perplexity", points=1)
def a_model_without_an_opinion(lm_loss_and_perplexity):
    """Equal logits over 50 tokens: the loss is log 50, the perplexity 50."""
    return lm_loss_and_perplexity(torch.zeros(2, 4, 50), torch.tensor([[1, 2, 3, 4], [9, 8, 7, 6]]), -1)


@probe("lm_loss_and_perplexity", points=3, public=False)
def lengths_that_differ(lm_loss_and_perplexity, rng):
    """Sequences of four, one, six and two tokens, padded with 0 and then with 4; arguments stay unchanged."""
    logits, results = normal(rng, 6, 4, 5, scale=2.0).transpose(0, 1), []
    for pad, low, high in ((0, 1, 5), (4, 0, 4)):
        ids = torch.from_numpy(rng.integers(low, high, size=(4, 6)))
        for row, length in enumerate((4, 1, 6, 2)):
            ids[row, length:] = pad
        results.append((lm_loss_and_perplexity(logits, ids, pad), ids))
    return results, logits


@probe("lm_loss_and_perplexity", points=2, public=False)
def nothing_is_padded(lm_loss_and_perplexity, rng):
    """No padding at all: a batch of two, and a batch of one with a single target."""
    logits, ids = normal(rng, 2, 7, 4, scale=2.0), tokens(rng, 4, 2, 7)
    return lm_loss_and_perplexity(logits, ids, -1), lm_loss_and_perplexity(logits[1:, :2], ids[1:, :2], -1)


@probe("lm_loss_and_perplexity", points=1, public=False)
def loss_under_extreme_logits(lm_loss_and_perplexity):
    """Logits of ±1000, in float32."""
    logits = torch.tensor([[[-1000.0, 1000.0, 0.0], [-1000.0, 999.0, 1000.0], [0.0, 1000.0, 0.0]]])
    loss, _ = lm_loss_and_perplexity(logits, torch.tensor([[2, 1, 1]]), -1)
    right, perplexity = lm_loss_and_perplexity(logits, torch.tensor([[0, 1, 2]]), -1)
    impossible = torch.tensor([[[1000.0, -1000.0], [3.5, -2.25]]])
    far, infinite = lm_loss_and_perplexity(impossible, torch.tensor([[0, 1]]), -1)
    unlikely = torch.tensor([[[300.25, -300.0], [0.5, 1.5]]], dtype=torch.float64)
    nats, large = lm_loss_and_perplexity(unlikely, torch.tensor([[1, 1]]), -1)
    return {
        "nearly right": loss,
        "right": right,
        "perplexity of right": perplexity,
        "2000 nats": far,
        "perplexity of 2000 nats": infinite,
        "600.25 nats": nats,
        "logarithm of their perplexity": torch.as_tensor(large, dtype=torch.float64).log(),
    }


@probe("lm_loss_and_perplexity", points=2, public=False)
def gradient_of_the_loss(lm_loss_and_perplexity, rng):
    """Autograd through the loss, to the logits."""
    logits = normal(rng, 2, 5, 4).requires_grad_()
    ids = torch.tensor([[1, 3, 2, 1, 3], [2, 3, 0, 0, 0]])
    return torch.autograd.grad(lm_loss_and_perplexity(logits, ids, 0)[0], logits)


@probe("top_k_logits", points=2)
def top_k_by_hand(top_k_logits):
    """The logits of the text: k = 3 with a tie, k = 1 at temperature 1/2, and all at temperature 2."""
    logits = torch.tensor([[0.0, math.log(4), 0.0, math.log(2)]])
    return top_k_logits(logits, 3), top_k_logits(logits, 1, 0.5), top_k_logits(logits, 4, tau=2.0)


@probe("top_k_logits", points=2)
def top_p_by_hand(top_p_logits):
    """The logits of the text, of probabilities 1/8, 1/2, 1/8, 1/4: p = 0.7 keeps two tokens, 0.4 one."""
    logits = torch.tensor([[0.0, math.log(4), 0.0, math.log(2)]])
    return [top_p_logits(logits, p) for p in (0.7, 0.4, 0.8, 0.9, 1.0)]


@probe("top_k_logits", points=3, public=False)
def top_k_of_a_batch(top_k_logits, rng):
    """Three rows of seven logits, several k and temperatures; the argument stays unchanged."""
    logits = normal(rng, 7, 3, scale=2.0).T
    pairs = ((1, 1.0), (3, 0.5), (6, 2.5), (7, 0.7), (20, 1.5), (4, 1e-4))
    results = {f"k = {k}, tau = {tau}": top_k_logits(logits, k, tau) for k, tau in pairs}
    return results | {"a batch of one": top_k_logits(logits[:1], 2)}


@probe("top_k_logits", points=2, public=False)
def top_k_with_ties(top_k_logits):
    """Equal logits on both sides of the cut, in a small vocabulary and in one of sixty tokens."""
    logits = torch.tensor([[1.0, 3, 3, 2, 3, 2], [0, 0, 0, 0, 0, 0], [2, 1, 2, 1, 2, 1]])
    wide = torch.stack([torch.arange(60) % 3, 7 * torch.arange(60) % 5]).float()
    results = {f"6 tokens, k = {k}": top_k_logits(logits, k, 0.5) for k in (1, 2, 3, 4, 5)}
    return results | {f"60 tokens, k = {k}": top_k_logits(wide, k) for k in (7, 30, 47)}


@probe("top_k_logits", points=1, public=False)
def top_k_of_extreme_logits(top_k_logits):
    """Logits of ±1000, and tokens that are ruled out already."""
    logits = torch.tensor([[-1000.0, 1000.0, -999.0, 999.0], [-torch.inf, -1000.0, -torch.inf, 5.0]])
    return top_k_logits(logits, 3, 0.25), top_k_logits(logits, 2, 4.0)


@probe("top_k_logits", points=3, public=False)
def top_p_of_a_batch(top_p_logits, rng):
    """Four rows of nine logits, several p, and a batch of one; the argument stays unchanged."""
    logits = normal(rng, 9, 4, scale=1.5).T
    results = {f"p = {p}": top_p_logits(logits, p) for p in (0.05, 0.3, 0.6, 0.9, 0.99)}
    return results | {"a batch of one": top_p_logits(logits[2:3], 0.5)}


@probe("top_k_logits", points=2, public=False)
def top_p_of_a_peaked_distribution(top_p_logits):
    """One token that holds more than p by itself, in each row at another place; ±1000; ruled out tokens."""
    peaked = torch.tensor([[0.9, 0.05, 0.03, 0.02], [0.02, 0.03, 0.05, 0.9]], dtype=torch.float64).log()
    far = torch.tensor([[-1000.0, 0.0, 1000.0], [1.0, -torch.inf, 0.0]], dtype=torch.float64)
    return top_p_logits(peaked, 0.8), top_p_logits(peaked, 0.01), top_p_logits(far, 0.6)


@probe("top_k_logits", points=2, public=False)
def top_p_on_the_line(top_p_logits):
    """Four equal logits and 64, so that sums hit p = 1/4, 1/2 and 3/4 exactly; and p between them, also very near."""
    logits = torch.tensor(
        [[2.0, 2.0, 2.0, 2.0, -torch.inf], [0.0, -torch.inf, 0.0, 0.0, 0.0]], dtype=torch.float64
    )
    wide = torch.full((1, 64), -3.0, dtype=torch.float64)
    ps = (0.25, 0.5, 0.75, 0.3, 0.6, 0.9, 0.5 - 1e-6, 0.5 + 1e-6)
    named = {"4 tokens": logits, "64 tokens": wide}
    return {f"{name}, p = {p}": top_p_logits(x, p) for name, x in named.items() for p in ps}


@probe("generate", points=1)
def greedy_by_hand(generate):
    """A chain of three tokens: 0 is followed by 2, 2 by 1, 1 by 0. Four new tokens; then with eos = 1."""
    model = chain([0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.3, 0.6, 0.1])
    return generate(model, [1, 0], 4, 8), generate(model, [1, 0], 4, 8, eos=1)


@probe("generate", points=2)
def draws_by_hand(generate):
    """The logits of the text at every step, without and with top-k."""
    model = chain(*[[1 / 8, 1 / 2, 1 / 8, 1 / 4]] * 4)
    u = torch.tensor([0.1, 0.5, 0.7], dtype=torch.float64)
    return generate(model, [3, 3], 3, 8, u), generate(model, [3, 3], 3, 8, u, k=2)


@probe("generate", points=3, public=False, compare=exact())
def greedy_with_a_context(generate, rng):
    """Greedy texts from models that see one, three, five and fifty tokens; the prompt stays unchanged."""
    model, prompt = first_and_last(rng, 11), [3, 10, 0, 7, 5]
    sizes = ((12, 1), (40, 3), (12, 5), (7, 50), (0, 4), (1, 2))
    return {f"{n} new, context {ctx}": generate(model, prompt, n, ctx) for n, ctx in sizes}


@probe("generate", points=2, public=False, compare=exact())
def ends_of_texts(generate, rng):
    """A chosen end token, one that is never chosen, one that stands in the prompt, and none."""
    circle = chain(*torch.roll(0.8 * torch.eye(5) + 0.04, 1, dims=1).tolist())  # 0, 1, 2, 3, 4, 0, ...
    even = torch.full((9,), 0.5, dtype=torch.float64)
    return {
        "chosen": generate(circle, [1, 2], 20, 6, eos=4),
        "chosen, and in the prompt": generate(circle, [4, 2], 20, 6, eos=4),
        "the first new token": generate(circle, [2, 4], 7, 6, eos=0),
        "never chosen": generate(circle, [2, 4], 2, 6, eos=3),
        "last in the prompt": generate(circle, [2, 4], 4, 6, eos=4),
        "none": generate(circle, [0], 9, 6),
        "sampled, eos 2": generate(circle, [3, 3], 9, 6, even, eos=2),
        "sampled, eos 0": generate(circle, [3, 3], 9, 6, even, eos=0),
    }


@probe("generate", points=4, public=False, compare=exact())
def sampled_texts(generate, rng):
    """Texts of 15 tokens with temperature, top-k and top-p, alone and together; arguments stay unchanged."""
    model, prompt, u = first_and_last(rng, 9, scale=1.0), [8, 2], torch.from_numpy(rng.uniform(size=15))
    settings = [
        {}, {"tau": 0.4}, {"tau": 2.5}, {"k": 3}, {"k": 1}, {"k": 40}, {"p": 0.6}, {"p": 0.9},
        {"tau": 2.0, "p": 0.6}, {"tau": 0.5, "p": 0.8}, {"k": 4, "p": 0.7}, {"tau": 1.7, "k": 6, "p": 0.8},
    ]  # fmt: skip
    texts = {str(setting): generate(model, prompt, 15, 4, u, **setting) for setting in settings}
    wide = first_and_last(rng, 60, scale=0.3)
    texts["60 tokens"] = generate(wide, [59, 3], 15, 4, u)
    texts["logits of a thousand"] = generate(lambda ids: model(ids) + 1000, prompt, 15, 4, u, k=5)
    return texts | {"by position": generate(model, prompt, 6, 3, u, 0.8, 5, 0.95, 4)}


@probe("generate", points=2, public=False, compare=exact())
def ties_and_a_zero(generate):
    """Greedy with equal logits; uniform numbers of exactly 0 where the first tokens are cut off."""
    ties = chain([0.1, 0.3, 0.3, 0.3], [0.4, 0.0, 0.2, 0.4], [0.0, 0.0, 0.5, 0.5], [0.25] * 4)
    rising = chain([0.0, 0.1, 0.3, 0.6], [0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 0.0, 1.0], [0.05, 0.15, 0.2, 0.6])
    zero = torch.tensor([0.0, 0.35, 0.0, 0.8], dtype=torch.float64)
    results = {f"ties after {i}": generate(ties, [i], 3, 5) for i in range(4)}
    for name, setting in {"zero": {}, "zero, k = 2": {"k": 2}, "zero, p = 0.5": {"p": 0.5}}.items():
        results |= {f"{name} after {i}": generate(rising, [i], 4, 5, zero, **setting) for i in range(4)}
    return results


@probe("beam_search", points=2)
def two_words_by_hand(beam_search):
    """The first example of the text, with a beam of 1 and of 2."""
    model = chain([0.25] * 4, [0.4, 0.3, 0.3, 0.0], [0.9, 0.05, 0.05, 0.0], [0.0, 0.6, 0.4, 0.0])
    return [beam_search(model, [3], beam, 5, eos=0) for beam in (1, 2)]


@probe("beam_search", points=1)
def two_lengths_by_hand(beam_search):
    """The second example of the text (eos 0, word 1, prompt 2), with alpha = 0 and alpha = 1."""
    model = chain([0.4, 0.6, 0.0], [0.6, 0.4, 0.0], [0.45, 0.55, 0.0])
    return [beam_search(model, [2], 2, 5, eos=0, alpha=alpha) for alpha in (0.0, 1.0)]


@probe("beam_search", points=3, public=False)
def beams_without_an_end(beam_search, rng):
    """Random models without an end token: beams of 1, 2, 3 and 5, texts of 1, 4, 6 and 230 tokens."""
    results = {}
    for i in range(3):
        model = first_and_last(rng, 5)
        for beam, n in ((1, 6), (2, 4), (3, 6), (5, 4), (3, 1)):
            results[f"model {i}, beam {beam}, {n} new"] = beam_search(model, [4, 1, 2], beam, n)
    flat = normal(rng, 40, 40, scale=0.1)  # the text is less probable than the smallest float
    return results | {"230 new": beam_search(lambda ids: flat[ids], [7, 5], 2, 230)}


@probe("beam_search", points=4, public=False)
def beams_that_end(beam_search, rng):
    """Random models with an end token, under four length penalties; the prompt stays unchanged."""
    results, prompt = {}, [3, 1]
    for i in range(4):
        model = first_and_last(rng, 4)
        for beam, alpha in ((2, 0.0), (3, 1.0), (4, 0.3), (3, 1.5)):
            results[f"model {i}, beam {beam}, alpha {alpha}"] = beam_search(model, prompt, beam, 5, i % 3, alpha)
        results[f"model {i}, six new"] = beam_search(model, prompt, 2, 6, eos=i % 4)
    return results


@probe("beam_search", points=2, public=False)
def a_beam_that_drops_nothing(beam_search, rng):
    """Exhaustive search: a beam wider than the number of texts."""
    results = {}
    for alpha in (0.0, 0.6, 1.2):
        model = first_and_last(rng, 3)
        for eos in (0, 2, None):
            results[f"alpha {alpha}, eos {eos}"] = beam_search(model, [1], 200, 4, eos, alpha)
    return results


@probe("beam_search", points=2, public=False)
def an_end_token_in_the_prompt(beam_search, rng):
    """Prompts that hold the end token, also as their last token, and a long prompt."""
    prompts = ([0], [0, 2, 0], [1, 0, 3, 3, 0, 1, 2, 3, 1, 2])
    models = [with_places(rng, 4) for _ in range(3)]
    return {
        f"model {i}, {prompt}": beam_search(model, prompt, 3, 4, eos=0, alpha=0.8)
        for i, model in enumerate(models)
        for prompt in prompts
    }


@probe("beam_search", points=1, public=False)
def an_end_long_before_the_limit(beam_search, rng):
    """All beams end after a few tokens, while max_new is 60; a text that ends first and is overtaken."""
    sure = chain([0.5, 0.25, 0.25], [0.9, 0.06, 0.04], [0.8, 0.05, 0.15])
    late = chain([0.4, 0.3, 0.3], [0.99, 0.006, 0.004], [0.55, 0.44, 0.01])
    return {
        "beam 2": beam_search(sure, [1], 2, 60, eos=0, alpha=0.0),
        "beam 1": beam_search(sure, [2], 1, 60, eos=0),
        "no place left": beam_search(late, [2], 1, 60, eos=0, alpha=1.0),
        "overtaken": beam_search(late, [2], 2, 60, eos=0, alpha=1.0),
        "overtaken, beam 3": beam_search(late, [2, 2], 3, 60, eos=0, alpha=1.0),
    } | {
        f"random, beam {beam}": beam_search(first_and_last(rng, 4), [1, 2], beam, 30, 0, 0.9) for beam in (1, 2, 3, 4)
    }


@probe("kv_cache_step", points=1)
def two_tokens_by_hand(kv_cache_step, empty_cache):
    """The numbers of the text: logits (4, 0) and (2.4, -3.2), and the cache after each step."""
    f = {"dtype": torch.float64}
    a, b = torch.tensor([[1.0, -1, 1, -1], [1, 1, -1, -1]], **f)
    norm, eye, zero = (torch.ones(4, **f), torch.zeros(4, **f)), torch.eye(4, **f), torch.zeros(4, 4, **f)
    block = {"ln_1": norm, "Wqkv": torch.cat([zero, zero, eye], dim=1), "Wo": 6 * eye, "ln_2": norm}
    block |= {"W1": zero, "b1": zero[0], "W2": zero, "b2": zero[0]}
    params = {"wte": torch.stack([a, b]), "wpe": torch.stack([0 * b, -2 * b]), "blocks": [block], "ln_f": norm}
    prefill, cache = kv_cache_step(torch.tensor([[0]]), empty_cache(params, 1, 1), params, 1)
    step, longer = kv_cache_step(torch.tensor([[1]]), cache, params, 1)
    return {"prefill": prefill, "step": step, "cache of 1": cache, "cache of 2": longer}


@probe("kv_cache_step", points=2)
def prefill_and_one_step(kv_cache_step, empty_cache, rng):
    """A prefill of three tokens, then one more: all logits, and the cache after both."""
    params, ids = random_gpt(rng, V=5, n_ctx=6, D=4, n_layers=2, hidden=7), torch.tensor([[1, 4, 0, 2]])
    prefill, cache = kv_cache_step(ids[:, :3], empty_cache(params, 1, 2), params, 2)
    step, longer = kv_cache_step(ids[:, 3:], cache, params, 2)
    return {"prefill": prefill, "step": step, "cache of 3": cache, "cache of 4": longer}


@probe("kv_cache_step", points=3, public=False)
def token_by_token(kv_cache_step, rng):
    """A batch of two, from the empty cache to the end of the context, one token at a time."""
    params, ids = random_gpt(rng, V=7, n_ctx=6, D=6, n_layers=2, hidden=5), tokens(rng, 7, 2, 6)
    cache, results = no_positions(params, 2, 3), {}
    for t in range(6):
        results[f"token {t}"], cache = kv_cache_step(ids[:, t : t + 1], cache, params, 3)
    return results | {"cache of 6": cache}


@probe("kv_cache_step", points=3, public=False)
def several_tokens_at_once(kv_cache_step, rng):
    """Chunks of two, three, one and four tokens for a batch of three, in a model of three layers."""
    params, ids = random_gpt(rng, V=5, n_ctx=12, D=8, n_layers=3, hidden=6), tokens(rng, 5, 3, 10)
    cache, results, start = no_positions(params, 3, 2), {}, 0
    for size in (2, 3, 1, 4):
        results[f"{size} tokens"], cache = kv_cache_step(ids[:, start : start + size], cache, params, 2)
        start += size
    return results | {"cache of 10": cache}


@probe("kv_cache_step", points=1, public=False)
def scores_of_any_size_in_a_chunk(kv_cache_step, rng):
    """Weights of a million, so that scores reach 10^12: a prefill of five tokens, then three at once."""
    params, ids = random_gpt(rng, V=6, n_ctx=9, D=4, n_layers=1, hidden=5), tokens(rng, 6, 7, 8)
    params["blocks"][0]["Wqkv"] *= 1e6
    prefill, cache = kv_cache_step(ids[:, :5], no_positions(params, 7, 2), params, 2)
    chunk, _ = kv_cache_step(ids[:, 5:], cache, params, 2)
    return {"five tokens": prefill, "three more": chunk}


@probe("kv_cache_step", points=2, public=False)
def two_branches_from_one_prefix(kv_cache_step, rng):
    """Two continuations of one cache, which stays unchanged; then the first goes on, and the second."""
    params, ids = random_gpt(rng, V=6, n_ctx=9, D=4, n_layers=2, hidden=5), tokens(rng, 6, 2, 8)
    ids[:, 5] = (ids[:, 4] + 1) % 6  # the branches differ, whatever was drawn
    _, prefix = kv_cache_step(ids[:, :4], no_positions(params, 2, 1), params, 1)
    one, first = kv_cache_step(ids[:, 4:5], prefix, params, 1)
    other, second = kv_cache_step(ids[:, 5:6], prefix, params, 1)
    more, _ = kv_cache_step(ids[:, 6:], first, params, 1)
    also, longer = kv_cache_step(ids[:, 6:7], second, params, 1)
    return {
        "first": one, "second": other, "first goes on": more, "second goes on": also, "prefix": prefix, "cache": longer,
    }  # fmt: skip


@probe("icl_prompt", points=1)
def the_plural_of_goose(icl_prompt):
    """The prompt of the text."""
    return icl_prompt("Give the plural.", [("mouse", "mice"), ("ox", "oxen")], "goose")


@probe("icl_prompt", points=1)
def one_gradient_step_by_hand(icl_gd_predict):
    """The two examples of the text: the prediction is -1/2."""
    f = torch.float64
    X, y = torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=f), torch.tensor([2.0, -1.0], dtype=f)
    return icl_gd_predict(X, y, torch.tensor([2.0, 3.0], dtype=f), 0.5)


@probe("icl_prompt", points=2, public=False)
def prompts_of_many_lengths(icl_prompt):
    """No example, one, and six with repetitions, outer spaces and braces; the list stays unchanged."""
    examples = [("2 + 2", "4"), (" two ", "2"), ("2 + 2", "four"), ("a\nb", "Output: c ")]
    examples += [("2 + 2", "4"), ("{query} %s", "{0}")]
    return {
        "none": icl_prompt("Add.", [], "1 + 1"),
        "one": icl_prompt("Name the capital.", [("Peru", "Lima")], "Chad"),
        "one of the same length": icl_prompt("Name the harbour.", [("Mali", "none")], "Chad"),
        "six": icl_prompt("Go on. ", examples, " 3 + 3"),
        "none again": icl_prompt("Mul.", [], "2 * 2"),
    }


@probe("icl_prompt", points=1, public=False)
def the_answer_is_among_the_examples(icl_prompt):
    """Pools of examples that hold the query itself: once, twice, and alone."""
    pool = [("cat", "cats"), ("child", "children"), ("Cat", "CATS"), ("cat", "kittens"), ("cats", "cat")]
    return {
        "twice": icl_prompt("Plural.", pool, "cat"),
        "once": icl_prompt("Plural.", pool, "child"),
        "alone": icl_prompt("P.", pool[:1], "cat"),
        "twice in a row": icl_prompt("Plural.", [*pool[:1], *pool[:1], *pool[1:]], "cat"),
        "inputs within the query": icl_prompt("Plural.", pool, "catschild"),
        "other outer space": icl_prompt("Plural.", [(" cat", "a"), ("cat ", "b"), ("dog", "c")], "cat"),
        "query within an answer": icl_prompt("Plural.", pool, "kit"),
    }


@probe("icl_prompt", points=2, public=False)
def one_gradient_step_on_many_examples(icl_gd_predict, rng):
    """Seven examples with three features at two learning rates; arguments stay unchanged."""
    X, y, xq = normal(rng, 3, 7).T, normal(rng, 7), normal(rng, 3)
    results = {f"lr = {lr}": icl_gd_predict(X, y, xq, lr) for lr in (0.05, 1.5)}
    return results | {"the opposite query": icl_gd_predict(X, y, -xq, 0.3)}


@probe("icl_prompt", points=1, public=False)
def one_example_and_none(icl_gd_predict, rng):
    """A single example, no example at all, and features of ±1000 in float32."""
    X, y, xq = normal(rng, 1, 4), normal(rng, 1), normal(rng, 4)
    far = torch.tensor([[1000.0, -1000.0], [-1000.0, 500.0], [1.0, 2.0]])
    return {
        "one": icl_gd_predict(X, y, xq, 0.7),
        "none": icl_gd_predict(X[:0], y[:0], xq, 0.7),
        "far": icl_gd_predict(far, torch.tensor([1.0, -3.0, 2.0]), torch.tensor([0.5, 1.0]), 0.01),
    }


@probe("ChatSession", points=2)
def a_short_conversation(ChatSession):
    """Two messages; the second continuation invents a further turn."""
    prompts = []
    model = scripted([" Hi there", " Fine, thanks.\nUser: Tell me a joke.\nAssistant: Knock knock."], prompts)
    session = ChatSession(model, 4)
    return {"replies": [session.reply("Hello"), session.reply("How are you?")], "prompts": prompts}


@probe("ChatSession", points=3, public=False)
def a_long_conversation(ChatSession):
    """Seven messages with a window of two turns, and of three."""
    results = {}
    for max_turns in (2, 3):
        prompts = []
        session = ChatSession(scripted([f" answer {i} \n" for i in range(7)], prompts), max_turns)
        results[f"{max_turns} turns"] = talk(session, [f"question {i}" for i in range(7)], prompts)
    return results


@probe("ChatSession", points=2, public=False)
def invented_turns(ChatSession):
    """Continuations that invent one, two and three further turns, and what the next prompts show."""
    prompts = []
    model = scripted(
        [
            " yes\nUser: and now?\nAssistant: no",
            " one\nUser: a\nAssistant: b\nUser: c\nAssistant: d",
            "\nUser: nothing said\nAssistant: at all",
            " three\nUser:\nAssistant:\nUser: \nAssistant: ",
            " end",
        ],
        prompts,
    )
    session = ChatSession(model, 5)
    return talk(session, [f"message {i}" for i in range(5)], prompts)


@probe("ChatSession", points=2, public=False)
def speakers_named_in_the_text(ChatSession):
    """Messages and replies that mention "User:" and "Assistant:", and replies of several lines."""
    prompts = []
    model = scripted(
        [
            " It marks the reply.\nUsers like it.\n\nIt ends a prompt.\n",
            " The word User: stands there.\n User: too\nUser: oh",
            " a\nAssistant: b\nUser: c",
            "  ok\t\rUser: same line\x0cUser: too\nuser: d\nUSER: e\nUser: f",
        ],
        prompts,
    )
    session = ChatSession(model, 2)
    users = ["What does Assistant: mean?", "And\nUser: ?", "\nUser: x\nAssistant: y", " Assistant:"]
    echo = scripted([" You wrote User: Hi\nAssistant: and I saw it.", "User: Hi\nAssistant:"], echoed := [])
    return talk(session, users, prompts) | {"echo": talk(ChatSession(echo, 0), ["Hi", "Hi"], echoed)}


@probe("ChatSession", points=1, public=False)
def no_memory_and_a_short_one(ChatSession):
    """Windows of no turn and of one turn."""
    results = {}
    for max_turns in (0, 1):
        prompts = []
        session = ChatSession(scripted([" a", " b", " c", " d"], prompts), max_turns)
        results[f"{max_turns} turns"] = talk(session, "wxyz", prompts)
    return results


@probe("ChatSession", points=1, public=False)
def two_sessions_at_once(ChatSession):
    """Two conversations with one model, in turns."""
    prompts = []
    model = scripted([" a", " b", " c", " d"], prompts)
    first, second = ChatSession(model, 3), ChatSession(model, 1)
    replies = {"first": first.reply("1"), "second": second.reply("2")}
    replies |= {"first again": first.reply("3"), "second again": second.reply("4")}
    return replies | {f"prompt {i}": prompt for i, prompt in enumerate(prompts)}
