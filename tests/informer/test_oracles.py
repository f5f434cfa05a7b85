"""The reference of informer against torch.nn, transformers, scipy, exhaustive choice and closed forms."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from scipy.stats import entropy
from torch import nn
from transformers.models.informer import modeling_informer
from transformers.models.informer.configuration_informer import InformerConfig

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def softmax_attention(Q, K, V, **more):
    """torch's own."""
    return nn.functional.scaled_dot_product_attention(Q, K, V, **more)


def logs(*numbers):
    return torch.tensor(numbers, dtype=F64).log()


def by_score(rows):
    """Queries and keys whose scores are the rows."""
    rows = torch.stack(rows)
    K = torch.eye(rows.shape[1], dtype=F64)
    return rows * math.sqrt(rows.shape[1]), K


def test_measure_is_scipys_divergence(ref, torch_rng):
    Q, K = randn(torch_rng, 2, 5, 3), randn(torch_rng, 2, 7, 3)
    scores = (Q @ K.mT / math.sqrt(3)).numpy()
    p = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    M = ref.sparsity_measure(Q, K).numpy()
    uniform = np.full_like(p, 1 / 7)
    np.testing.assert_allclose(M - math.log(7), entropy(uniform, p, axis=-1))
    np.testing.assert_allclose(M, logsumexp(scores, axis=-1) - scores.mean(-1))
    assert (M >= math.log(7)).all()


def test_measure_by_hand(ref):
    Q, K = by_score([logs(18, 1, 1), logs(1, 1, 1), logs(1, 1, 2)])
    M = ref.sparsity_measure(Q, K)
    kl = M - math.log(3)
    worked(
        ref,
        "sparsity_measure",
        r"$\log(18+1+1)=2.996$",
        [18, 1, 1, logs(18, 1, 1).logsumexp(0).item()],
    )
    worked(ref, "sparsity_measure", "$0.963$", [logs(18, 1, 1).mean().item()])
    worked(ref, "sparsity_measure", r"$M=2.032$", [M[0].item()])
    worked(ref, "sparsity_measure", r"$2.032-\log3=0.934$", [2.032, 3, kl[0].item()])
    worked(ref, "sparsity_measure", r"$M=\log3=1.099$", [3, M[1].item()])
    worked(ref, "sparsity_measure", "$M=1.155$, divergence $0.057$", [M[2].item(), kl[2].item()])
    torch.testing.assert_close(
        by_score([logs(18, 1, 1)])[0].softmax(-1).sum(), torch.tensor(1.0, dtype=F64)
    )


def test_expected_loss_is_one_minus_the_share(ref, torch_rng):
    """Over all choices of u of L queries, exactly."""
    Q, K, V = (
        randn(torch_rng, 1, 1, 6, 4),
        randn(torch_rng, 1, 1, 5, 4),
        randn(torch_rng, 1, 1, 5, 3),
    )
    full = softmax_attention(Q, K, V)
    for u in (1, 2, 4):
        lost = []
        for kept in itertools.combinations(range(6), u):
            out = V.mean(-2, keepdim=True).repeat(1, 1, 6, 1)
            out[..., list(kept), :] = full[..., list(kept), :]
            lost.append(ref.energy_lost(out, full, V).item())
        assert np.mean(lost) == pytest.approx(1 - u / 6)


def test_loss_by_numpy_and_its_bound(ref, torch_rng):
    Q, K, V = (
        2 * randn(torch_rng, 2, 3, 8, 4),
        randn(torch_rng, 2, 3, 5, 4),
        randn(torch_rng, 2, 3, 5, 2),
    )
    full, out = softmax_attention(Q, K, V), randn(torch_rng, 2, 3, 8, 2)
    for b in range(2):
        for h in range(3):
            rest = np.tile(V[b, h].numpy().mean(0), (8, 1))
            share = (
                np.linalg.norm(out[b, h] - full[b, h]) ** 2
                / np.linalg.norm(rest - full[b, h].numpy()) ** 2
            )
            assert ref.energy_lost(out, full, V)[b, h].item() == pytest.approx(share)
    centred = V - V.mean(-2, keepdim=True)
    bound = (2 * (ref.sparsity_measure(Q, K) - math.log(5))).sqrt() * centred.norm(dim=-1).amax(
        -1, keepdim=True
    )
    assert ((full - V.mean(-2, keepdim=True)).norm(dim=-1) <= bound).all()


def test_loss_by_hand(ref):
    weights = torch.tensor([[0.9, 0.05, 0.05], [0.25, 0.25, 0.5], [0.2, 0.6, 0.2]], dtype=F64)
    V = torch.tensor([6.0, 0, 3], dtype=F64)[:, None]
    full = weights @ V
    energy = (full - V.mean(0)).square()[:, 0]
    worked(
        ref, "energy_lost", "output $5.55$, energy $2.55^2=6.5025$", [full[0, 0], 2.55, energy[0]]
    )
    worked(ref, "energy_lost", "output $1.8$, energy\n$1.44$", [full[2, 0], energy[2]])
    assert energy[1] == 0 and full[1, 0] == 3
    lost = []
    for kept in range(3):
        out = V.mean(0).repeat(3, 1)
        out[kept] = full[kept]
        lost.append(ref.energy_lost(out[None, None], full[None, None], V[None, None]).item())
    worked(
        ref,
        "energy_lost",
        "$1.44$ of $7.9425$ is lost, a share of $0.181$",
        [energy[2], energy.sum(), lost[0]],
    )
    worked(
        ref,
        "energy_lost",
        "$6.5025$ of\n$7.9425$, a share of $0.819$",
        [energy[0], energy.sum(), lost[2]],
    )
    assert lost[1] == 1 and np.mean(lost) == pytest.approx(2 / 3)
    kl = ref.sparsity_measure(*by_score([logs(18, 1, 1)])).item() - math.log(3)
    worked(
        ref,
        "energy_lost",
        r"$\sqrt{2\cdot0.934}\cdot3=4.1\ge2.55$",
        [2, 0.934, 3, math.sqrt(2 * kl) * 3, 2.55],
    )


def test_number_against_transformers_formula(ref):
    """transformers takes log1p; apart from that the same product."""
    for L in (2, 5, 17, 96, 720, 4000):
        for c in (1, 5):
            assert ref.num_active(L, c) == min(c * math.ceil(math.log1p(L - 1)), L)


def test_sampled_measure_is_within_log_of_the_exact(ref, torch_rng):
    Q, K = 3 * randn(torch_rng, 2, 3, 6, 4), randn(torch_rng, 2, 3, 9, 4)
    M, approx = ref.sparsity_measure(Q, K), ref.sparsity_measure_sampled(Q, K, torch.arange(9))
    assert (approx <= M).all() and (M <= approx + math.log(9)).all()
    idx = np.array([4, 4, 0, 7])
    scores = np.einsum("bhid,bhjd->bhij", Q.numpy(), K.numpy()[:, :, idx]) / 2
    np.testing.assert_allclose(
        ref.sparsity_measure_sampled(Q, K, torch.from_numpy(idx)), scores.max(-1) - scores.mean(-1)
    )


def test_samples_by_hand(ref):
    worked(
        ref,
        "sparsity_measure_sampled",
        r"$\ln96=4.56$, so $u=5\cdot5=25$",
        [96, math.log(96), 5, 5, ref.num_active(96)],
    )
    worked(
        ref,
        "sparsity_measure_sampled",
        r"$2\cdot25\cdot96=4800$ scores instead of $9216$",
        [2, 25, 96, 2 * 25 * 96, 96**2],
    )
    worked(ref, "sparsity_measure_sampled", r"$u=5\cdot7=35$", [5, 7, ref.num_active(720)])
    assert 0.09 < 2 * 35 * 720 / 720**2 < 0.1
    worked(ref, "sparsity_measure_sampled", "the $518400$ scores", [720**2])
    worked(
        ref,
        "sparsity_measure_sampled",
        r"$5\cdot3=15$, capped at $10$",
        [5, 3, 15, ref.num_active(10)],
    )
    assert ref.num_active(1) == 0
    Q, K = by_score([logs(18, 1, 1)])
    sampled = [
        ref.sparsity_measure_sampled(Q, K, torch.tensor(s)).item()
        for s in ([0, 2], [0, 0, 2], [1, 2])
    ]
    worked(
        ref,
        "sparsity_measure_sampled",
        r"$\bar M=2.890-1.445=1.445$",
        [math.log(18), -math.log(18) / 2, sampled[0]],
    )
    worked(
        ref,
        "sparsity_measure_sampled",
        "$2.890-1.927=0.963$",
        [math.log(18), -math.log(18) * 2 / 3, sampled[1]],
    )
    assert sampled[2] == 0


def transformers_attention(monkeypatch, torch_rng, L, is_decoder, mask=None):
    """Q, K, V and the outputs of transformers' module with an identity behind it; its sample is all keys, once each."""
    torch.manual_seed(3)
    module = modeling_informer.InformerProbSparseAttention(
        8, 2, sampling_factor=1, is_decoder=is_decoder
    ).double()
    with torch.no_grad():
        module.out_proj.weight.copy_(torch.eye(8))
        module.out_proj.bias.zero_()
    monkeypatch.setattr(torch, "randint", lambda low, high, size: torch.arange(size[0]))
    x = 3 * randn(torch_rng, 2, L, 8)
    out = module(x, attention_mask=mask)[0]
    monkeypatch.undo()
    Q, K, V = (
        p(x).unflatten(-1, (2, 4)).transpose(1, 2)
        for p in (module.q_proj, module.k_proj, module.v_proj)
    )
    return Q, K, V, out.unflatten(-1, (2, 4)).transpose(1, 2)


def test_prob_sparse_is_transformers(ref, torch_rng, monkeypatch):
    Q, K, V, theirs = transformers_attention(monkeypatch, torch_rng, 12, False)
    ours = ref.prob_sparse_attention(Q, K, V, torch.arange(12), math.ceil(math.log1p(12)))
    torch.testing.assert_close(ours, theirs)


def test_causal_is_transformers_with_a_mean_for_its_sum(ref, torch_rng, monkeypatch):
    L = 12
    mask = torch.zeros(2, 1, L, L, dtype=F64).masked_fill(
        ~torch.ones(L, L, dtype=torch.bool).tril(), -math.inf
    )
    Q, K, V, theirs = transformers_attention(monkeypatch, torch_rng, L, True, mask)
    ours = ref.prob_sparse_causal(Q, K, V, torch.arange(L), math.ceil(math.log1p(L)))
    summed = V.cumsum(-2)
    lazy = torch.isclose(theirs, summed, rtol=1e-5).all(-1)
    assert lazy.sum(-1).eq(L - math.ceil(math.log1p(L))).all() or lazy[..., 0].any()
    torch.testing.assert_close(ours[~lazy], theirs[~lazy])
    torch.testing.assert_close(
        ours[lazy], (summed / torch.arange(1, L + 1)[:, None])[lazy], rtol=1e-5, atol=1e-6
    )


def test_all_queries_are_full_attention(ref, torch_rng):
    Q, K, V = (randn(torch_rng, 2, 3, 7, d) for d in (4, 4, 5))
    idx = torch.tensor([3, 3, 0])
    torch.testing.assert_close(
        ref.prob_sparse_attention(Q, K, V, idx, 7), softmax_attention(Q, K, V)
    )
    torch.testing.assert_close(
        ref.prob_sparse_causal(Q, K, V, idx, 7), softmax_attention(Q, K, V, is_causal=True)
    )
    nobody = ref.prob_sparse_causal(Q, K, V, idx, 0)
    torch.testing.assert_close(nobody, softmax_attention(torch.zeros_like(Q), K, V, is_causal=True))


def test_rows_are_full_or_mean(ref, torch_rng):
    Q, K, V = (
        2 * randn(torch_rng, 2, 3, 9, 4),
        randn(torch_rng, 2, 3, 6, 4),
        randn(torch_rng, 2, 3, 6, 2),
    )
    out, full = ref.prob_sparse_attention(Q, K, V, torch.arange(6), 4), softmax_attention(Q, K, V)
    kept = torch.isclose(out, full).all(-1)
    assert (kept.sum(-1) == 4).all()
    torch.testing.assert_close(out[~kept], V.mean(-2, keepdim=True).expand_as(out)[~kept])
    scores = Q @ K.mT / 2
    spread = scores.amax(-1) - scores.mean(-1)
    assert (
        spread.masked_fill(~kept, math.inf).amin(-1) > spread.masked_fill(kept, -math.inf).amax(-1)
    ).all()


def test_values_do_not_move_the_past(ref, torch_rng):
    Q, K, V = (randn(torch_rng, 1, 2, 9, 3) for _ in range(3))
    before = ref.prob_sparse_causal(Q, K, V, torch.tensor([1, 8, 5]), 4)
    for t in range(9):
        changed = V.clone()
        changed[..., t, :] += 5
        moved = (ref.prob_sparse_causal(Q, K, changed, torch.tensor([1, 8, 5]), 4) != before).any(
            -1
        )
        assert not moved[..., :t].any() and moved[..., t].all()


def test_sparse_by_hand(ref):
    rows = [logs(18, 1, 1), logs(1, 1, 2), logs(1, 3, 1)]
    Q, K = (x[None, None] for x in by_score(rows))
    V = torch.tensor([6.0, 0, 3], dtype=F64)[None, None, :, None]
    idx = torch.arange(3)
    measures = ref.sparsity_measure_sampled(Q, K, idx).flatten()
    worked(ref, "prob_sparse_attention", "$1.927$, $0.462$ and $0.732$", measures)
    worked(
        ref,
        "prob_sparse_attention",
        "outputs $5.55,3,3$",
        ref.prob_sparse_attention(Q, K, V, idx, 1).flatten(),
    )
    worked(
        ref, "prob_sparse_attention", "Exact are $5.55,3,1.8$", softmax_attention(Q, K, V).flatten()
    )


def test_causal_by_hand(ref):
    rows = [logs(1, 1, 1), logs(3, 1, 1), logs(1, 1, 1)]
    Q, K = (x[None, None] for x in by_score(rows))
    V = torch.tensor([6.0, 0, 3], dtype=F64)[None, None, :, None]
    idx = torch.arange(3)
    worked(
        ref,
        "prob_sparse_causal",
        "running means $6,3,3$",
        ref.prob_sparse_causal(Q, K, V, idx, 0).flatten(),
    )
    worked(
        ref,
        "prob_sparse_causal",
        "Outputs: $6,4.5,3$",
        ref.prob_sparse_causal(Q, K, V, idx, 1).flatten(),
    )
    worked(ref, "prob_sparse_causal", "the running sum would be $6,6,9$", V.cumsum(-2).flatten())
    worked(ref, "prob_sparse_causal", "weights $(0.75,0.25)$", logs(3, 1).softmax(0))


def test_decoder_input_by_hand(ref, torch_rng):
    x = torch.arange(1.0, 6.0, dtype=F64)[None, :, None]
    worked(
        ref,
        "build_decoder_input",
        "the decoder reads $(4,5,0,0,0)$",
        ref.build_decoder_input(x, 2, 3).flatten(),
    )
    windows = randn(torch_rng, 3, 7, 2)
    for label_len in range(8):
        dec_in = ref.build_decoder_input(windows, label_len, 4)
        padded = np.pad(windows.numpy(), ((0, 0), (0, 4), (0, 0)))[:, 7 - label_len :]
        np.testing.assert_array_equal(dec_in.numpy(), padded)


def test_forecast_is_one_call(ref, torch_rng):
    calls = []

    def decoder(dec_in, memory):
        calls.append(dec_in)
        return torch.arange(dec_in.shape[1])[None, :, None] + memory.sum()

    said = ref.generative_forecast(decoder, torch.zeros(1, 2, 3), torch.zeros(1, 5, 1), 3)
    assert len(calls) == 1 and said.flatten().tolist() == [2, 3, 4]


@pytest.mark.parametrize(("L", "D"), [(7, 3), (8, 2), (1, 4), (2, 2)])
def test_distilling_is_torchs_modules(ref, torch_rng, L, D):
    conv = nn.Conv1d(D, D, 3, padding=1).double()
    x = randn(torch_rng, 2, L, D)
    chain = nn.Sequential(conv, nn.ELU(), nn.MaxPool1d(3, 2, 1))
    torch.testing.assert_close(ref.distil(x, conv.weight, conv.bias), chain(x.mT).mT)
    assert chain(x.mT).shape[-1] == math.ceil(L / 2) == ref.encoder_lengths(L, 2)[1]


def test_distilling_is_transformers_inside(ref, torch_rng):
    """transformers pads in a circle and normalises; away from the ends, with the norm at rest, it is the same."""
    layer = modeling_informer.InformerConvLayer(3).double().eval()
    layer.norm.eps = 0.0
    x = randn(torch_rng, 2, 12, 3)
    ours, theirs = ref.distil(x, layer.downConv.weight, layer.downConv.bias), layer(x)
    torch.testing.assert_close(ours[:, 1:-1], theirs[:, 1:-1])


def test_distilling_by_hand(ref):
    worked(ref, "distil", "$720,360,180$", ref.encoder_lengths(720, 3))
    x = torch.tensor([-1.0, -2, 3, 0, 2], dtype=F64)[None, :, None]
    kernel = torch.tensor([[[0.0, 1.0, 0.0]]], dtype=F64)
    worked(ref, "distil", "$(-0.632,-0.865,3,0,2)$", nn.functional.elu(x).flatten())
    worked(
        ref, "distil", "$(-0.632,3,2)$", ref.distil(x, kernel, torch.zeros(1, dtype=F64)).flatten()
    )


def test_encoder_is_torchs_post_norm_layer(ref, torch_rng):
    """nn.TransformerEncoderLayer with GELU, its parts handed over one by one; transformers' distilling between."""
    layers = [
        nn.TransformerEncoderLayer(6, 2, 12, 0.0, "gelu", batch_first=True).double()
        for _ in range(2)
    ]
    halve = modeling_informer.InformerConvLayer(6).double().eval()
    x = randn(torch_rng, 3, 10, 6)
    parts = [
        {
            "attention": lambda e, m=m: m.self_attn(e, e, e, need_weights=False)[0],
            "norm1": m.norm1,
            "feed_forward": lambda e, m=m: m.linear2(nn.functional.gelu(m.linear1(e))),
            "norm2": m.norm2,
        }
        for m in layers
    ]
    torch.testing.assert_close(
        ref.informer_encoder(x, parts, [halve]), layers[1](halve(layers[0](x)))
    )


def test_encoder_by_hand(ref):
    def norm(e):
        return (e - e.mean(-1, keepdim=True)) / e.std(-1, correction=0, keepdim=True).clamp(
            min=1e-6
        )

    first = {
        "attention": lambda e: e.mean(1, keepdim=True).expand_as(e),
        "norm1": norm,
        "norm2": norm,
    }
    first["feed_forward"] = torch.zeros_like
    x = torch.tensor([[[1.0, 3], [5, 1]]], dtype=F64)
    out = ref.informer_encoder(x, [first], [])
    worked(ref, "informer_encoder", r"$\mathrm{LN}(4,5)=(-1,1)$", [4, 5, *out[0, 0]])
    worked(ref, "informer_encoder", r"$\mathrm{LN}(8,3)=(1,-1)$", [8, 3, *out[0, 1]])
    second = first | {"attention": torch.zeros_like}
    two = ref.informer_encoder(x, [first, second], [lambda e: e.amax(1, keepdim=True)])
    worked(ref, "informer_encoder", "its norm makes $(0,0)$", two.flatten())


def test_whole_network_halves_once(ref):
    """The lengths at which the encoder of the payoff works, seen from outside."""
    seen = []

    def rule(Q, K, V):
        seen.append(Q.shape[-2])
        return ref.attention(Q, K, V)

    ref.Informer()(torch.zeros(1, 96), torch.zeros(1, 144, 2, dtype=torch.int64), rule)
    assert seen == ref.encoder_lengths(96, 2)


def test_config_names_the_same_factor(ref):
    assert InformerConfig().sampling_factor == 5 == ref.num_active.__defaults__[0]
