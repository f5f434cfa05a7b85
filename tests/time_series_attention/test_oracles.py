"""The reference of time_series_attention against scikit-learn, torch.nn, scipy, simulation and hand-made numbers."""

import math

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def tensor(*numbers):
    """A float64 tensor of nested lists."""
    return torch.tensor(numbers, dtype=F64)


@pytest.mark.parametrize("noise", [0.3, 0.02])
def test_kriging_is_scikit_learns_gaussian_process(ref, rng, noise):
    t, u, x = rng.uniform(0, 8, (3, 6)), rng.uniform(5, 10, 3), rng.normal(size=(3, 6))
    for kernel, ours in (
        (ConstantKernel(1.7) * Matern(2.5, nu=0.5), lambda lag: 1.7 * torch.exp(-lag.abs() / 2.5)),
        (ConstantKernel(0.6) * RBF(1.3), lambda lag: 0.6 * torch.exp(-0.5 * (lag / 1.3) ** 2)),
    ):
        w, E = ref.kriging_weights(torch.from_numpy(t), torch.from_numpy(u), ours, noise)
        for b in range(3):
            gp = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None)
            mean, std = gp.fit(t[b, :, None], x[b]).predict(u[b : b + 1, None], return_std=True)
            assert float(w[b] @ torch.from_numpy(x[b])) == pytest.approx(mean[0])
            assert float(E[b]) == pytest.approx(std[0] ** 2)


def test_kriging_is_the_best_linear_map_of_drawn_histories(ref):
    """Least squares on many histories at the same stamps finds the weights and the error."""
    rng = np.random.default_rng(5)
    t, u = torch.from_numpy(np.sort(rng.uniform(0, 4, (1, 5)))), tensor(4.6)
    times = torch.cat([t[0], u])
    root = np.linalg.cholesky(ref.swing(times[:, None] - times).numpy() + 1e-12 * np.eye(6))
    f = rng.normal(size=(300_000, 6)) @ root.T
    x = f[:, :5] + np.sqrt(0.2) * rng.normal(size=(300_000, 5))
    fitted = np.linalg.lstsq(x, f[:, 5], rcond=None)[0]
    w, E = ref.kriging_weights(t, u, ref.swing, 0.2)
    np.testing.assert_allclose(w[0].numpy(), fitted, atol=0.01)
    assert float(E[0]) == pytest.approx(np.mean((f[:, 5] - x @ fitted) ** 2), rel=0.02)


def test_without_noise_an_observation_at_the_query_is_everything(ref):
    w, E = ref.kriging_weights(tensor([0.3, 1.7, 2.2]), tensor(1.7), ref.swing, 0.0)
    torch.testing.assert_close(w, tensor([0.0, 1.0, 0.0]))
    assert float(E[0]) == pytest.approx(0, abs=1e-12)


def test_kriging_by_hand(ref):
    w, E = ref.kriging_weights(tensor([0.0]), tensor(1.0), ref.swing, 0.05)
    kappa = float(ref.swing(tensor(1.0))[0])
    worked(ref, "kriging_weights", "=-0.8465$, so", kappa)
    worked(ref, "kriging_weights", "=-0.8062$", w[0, 0].item())
    worked(
        ref,
        "kriging_weights",
        r"$E=1-0.8465\cdot0.8062=0.3176$",
        [1, kappa, -w[0, 0].item(), E[0].item()],
    )
    w, E = ref.kriging_weights(tensor([0.0, 0.0]), tensor(1.0), ref.swing, 0.05)
    worked(ref, "kriging_weights", "=-0.4129$", w[0, 1].item())
    worked(
        ref,
        "kriging_weights",
        r"$E=1-2\cdot0.8465\cdot0.4129=0.3009$",
        [1, -2, -kappa, -w[0, 0].item(), E[0].item()],
    )


def test_features_are_turns_of_complex_numbers(ref, rng):
    t, origin = rng.uniform(-30, 30, (3, 7)), rng.uniform(-5, 5, 3)
    ours = ref.time_features(torch.from_numpy(t), torch.from_numpy(origin), 10, 0.8, 25.0)
    hands = np.exp(2j * np.pi * (t - origin[:, None])[..., None] / np.geomspace(0.8, 25.0, 5))
    np.testing.assert_allclose(
        ours.numpy(), np.concatenate([hands.imag, hands.real], -1), atol=1e-6
    )
    assert ours.dtype == torch.float32


def test_dot_products_of_features_depend_on_time_between(ref):
    def product(a, b):
        f = ref.time_features(tensor([a, b]), tensor(0.0), 16, 1.0, 16.0)[0]
        return float(f[0] @ f[1])

    assert product(1.3, 4.1) == pytest.approx(product(6.5, 9.3), abs=1e-5)


def test_features_are_exact_in_integers_of_seconds(ref):
    """Python's whole numbers know the remainder of seconds since 1970 exactly."""
    start, steps = 1_763_000_123, np.array([0, 61, 299, 3601, 86_399])
    t = torch.from_numpy((start + steps).astype(float))[None]
    ours = ref.time_features(t, t[:, 0], 4, 300.0, 7200.0)[0].numpy()
    for j, period in enumerate((300, 7200)):
        np.testing.assert_allclose(
            ours[:, j], np.sin(2 * np.pi * (steps % period) / period), atol=1e-6
        )


def test_features_by_hand(ref):
    f = ref.time_features(tensor([13.0, 9.5]), tensor(10.0), 4, 2.0, 8.0)[0].double()
    assert f[0, 0] == pytest.approx(0, abs=1e-6) and f[1, 2] == pytest.approx(0, abs=1e-6)
    worked(
        ref,
        "time_features",
        r"$\sin(3\pi/4)=0.7071$, $\cos3\pi=-1$, $\cos(3\pi/4)=-0.7071$",
        [3, 4, f[0, 1], 3, f[0, 2], 3, 4, f[0, 3]],
    )
    worked(ref, "time_features", r"$-1$, $\sin(-\pi/8)=-0.3827$,", [f[1, 0], 8, f[1, 1]])
    assert float(f[1, 3]) == pytest.approx(0.9239, abs=1e-4)


def test_regular_stamps_give_the_triangle(ref):
    t = torch.arange(6.0)[None].expand(2, -1)
    mask = ref.attention_mask(t, torch.tensor([6, 4]), t)
    triangle = torch.ones(6, 6, dtype=torch.bool).tril()
    assert (mask[0, 0] == triangle).all()
    assert (mask[1, 0] == (triangle & (torch.arange(6) < 4))).all()


def test_masked_softmax_is_scipys_on_what_is_seen(ref, rng):
    scores, mask = rng.normal(size=(40, 7)), rng.random((40, 7)) < 0.4
    mask[3] = False
    ours = ref.masked_softmax(torch.from_numpy(scores), torch.from_numpy(mask)).numpy()
    for row, seen, weights in zip(scores, mask, ours, strict=True):
        assert (weights[~seen] == 0).all()
        if seen.any():
            np.testing.assert_allclose(weights[seen], softmax(row[seen]))


def test_softmax_over_nothing_has_clean_gradients(ref, torch_rng):
    scores = randn(torch_rng, 5, 4).requires_grad_()
    mask = torch.rand(5, 4, generator=torch_rng) < 0.5
    mask[2] = False
    assert torch.autograd.gradcheck(lambda s: ref.masked_softmax(s, mask), scores)
    (grad,) = torch.autograd.grad(ref.masked_softmax(scores, mask)[:, 1].sum(), scores)
    assert (grad[~mask] == 0).all()


def test_masks_by_hand(ref):
    t, u = tensor([3.0, 1.0, 2.0, 1.0]), tensor([0.5, 1.0, 2.0])
    mask = ref.attention_mask(t, torch.tensor([3]), u)
    assert mask[0, 0].int().tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0]]
    weights = ref.masked_softmax(tensor(9.0, 2.0, 1.0, 9.0).expand(3, 4), mask[0, 0])
    assert (weights[0] == 0).all()
    worked(
        ref,
        "attention_mask",
        "(0, 1, 0, 0); and (0, 0.7311, 0.2689, 0)",
        [*weights[1], *weights[2]],
    )


def test_heads_are_torchs_multi_head_attention(ref, torch_rng):
    """torch's layer, whose value and output maps carry one number per head."""
    h, d_k, d = 3, 4, 12
    model = ref.TimeAttention(d, h, d_k).double()
    layer = torch.nn.MultiheadAttention(d, h, batch_first=True).double()
    keys, queries, x = randn(torch_rng, 2, 5, d), randn(torch_rng, 2, 3, d), randn(torch_rng, 2, 5)
    with torch.no_grad():
        layer.in_proj_weight[:d], layer.in_proj_weight[d : 2 * d] = (
            model.query.weight,
            model.key.weight,
        )
        layer.in_proj_weight[2 * d :].zero_()
        layer.in_proj_bias.zero_()
        layer.out_proj.weight.zero_()
        layer.out_proj.bias.zero_()
        layer.out_proj.bias[0] = model.bias.fill_(0.7)
        for r in range(h):
            layer.in_proj_weight[2 * d + r * d_k, 0] = 1
            layer.out_proj.weight[0, r * d_k] = model.value[r]
        values = torch.zeros(2, 5, d, dtype=F64)
        values[:, :, 0] = x
        theirs, their_weights = layer(queries, keys, values, average_attn_weights=False)
        ours, weights = model(x, keys, queries)
    torch.testing.assert_close(ours, theirs[..., 0])
    torch.testing.assert_close(weights, their_weights)


def test_signed_weights_are_the_derivative(ref, torch_rng):
    model = ref.TimeAttention(3, 2, 4).double()
    x = randn(torch_rng, 1, 6).requires_grad_()
    out, weights = model(x, randn(torch_rng, 1, 6, 3), randn(torch_rng, 1, 2, 3))
    signed = model.signed_weights(weights)
    for m in range(2):
        (grad,) = torch.autograd.grad(out[0, m], x, retain_graph=True)
        torch.testing.assert_close(signed[:, m], grad)


def test_heads_by_hand(ref):
    model = ref.TimeAttention(2, 2, 1).double()
    with torch.no_grad():
        model.query.weight.copy_(torch.eye(2))
        model.key.weight.copy_(torch.eye(2))
        model.value.copy_(torch.tensor([0.5, -0.8]))
        out, weights = model(
            tensor([1.0, 2.0, 3.0]), tensor([[2.0, 0], [1, 0], [0, 1]]), tensor([[1.0, 1.0]])
        )
        worked(ref, "TimeAttention", "(0.6652, 0.2447, 0.0900)", weights[0, 0, 0])
        worked(ref, "TimeAttention", "(0.2119, 0.2119, 0.5761)", weights[0, 1, 0])
        worked(
            ref, "TimeAttention", "$(0.1631,-0.0472,-0.4159)$", model.signed_weights(weights)[0, 0]
        )
        worked(ref, "TimeAttention", "$-1.1789$", out[0])


def test_importance_of_a_linear_forecast_is_weight_times_value(ref, torch_rng):
    t, x = torch.rand(4, 7, generator=torch_rng, dtype=F64) * 5, randn(torch_rng, 4, 7, 1)
    w, _ = ref.kriging_weights(t, torch.full((4,), 5.5, dtype=F64), ref.swing, 0.05)
    ours = ref.perturbation_importance(lambda z: (w * z[:, :, 0]).sum(1, keepdim=True), x)
    torch.testing.assert_close(ours, (w * x[:, :, 0]).abs())


def test_importance_by_definition(ref, torch_rng):
    """A forecast that depends on each step alone: importances are known without any loop over copies."""
    x, fill = randn(torch_rng, 3, 5, 2), randn(torch_rng, 2)
    scale = randn(torch_rng, 5)
    ours = ref.perturbation_importance(
        lambda z: torch.stack([(scale * z.prod(-1)).sum(1), 3 * (scale * z[..., 0]).sum(1)], dim=1),
        x,
        fill,
    )
    first = (scale * (x.prod(-1) - fill.prod())).abs()
    second = (3 * scale * (x[..., 0] - fill[0])).abs()
    torch.testing.assert_close(ours, (first + second) / 2)


def test_importance_by_hand(ref):
    def f(x):
        return (2 * x[:, 0] - x[:, 1])[:, :1]

    x = tensor([[1.0], [3.0]])
    I0 = ref.perturbation_importance(f, x)[0]
    I1 = ref.perturbation_importance(f, x, tensor(1.0))[0]
    worked(ref, "perturbation_importance", "$I_1=2$", I0[:1])
    worked(ref, "perturbation_importance", "$I_2=3$", I0[1:])
    worked(ref, "perturbation_importance", "$I_1=0$, $I_2=2$", I1)


def test_scores_are_torchs_layers(ref, torch_rng):
    H, s = randn(torch_rng, 2, 5, 3), randn(torch_rng, 2, 4)
    bilinear = torch.nn.Bilinear(4, 3, 1, bias=False).double()
    with torch.no_grad():
        theirs = bilinear(s[:, None].expand(-1, 5, -1).contiguous(), H)[..., 0]
        torch.testing.assert_close(ref.luong_scores(H, s, bilinear.weight[0]), theirs)
        W1, W2 = (
            torch.nn.Linear(3, 6, bias=False).double(),
            torch.nn.Linear(4, 6, bias=False).double(),
        )
        v = torch.nn.Linear(6, 1, bias=False).double()
        torch.testing.assert_close(
            ref.additive_scores(H, s, W1.weight, W2.weight, v.weight[0]),
            v(torch.tanh(W1(H) + W2(s)[:, None]))[..., 0],
        )


def test_contexts_are_numpys_weighted_averages(ref, rng):
    scores, H, mask = rng.normal(size=(3, 6)), rng.normal(size=(3, 6, 2)), rng.random((3, 6)) < 0.7
    c, alpha = ref.context(*(torch.from_numpy(a) for a in (scores, H, mask)))
    for b in range(3):
        weights = np.exp(scores[b]) * mask[b]
        np.testing.assert_allclose(c[b], np.average(H[b], axis=0, weights=weights))
        assert float(alpha[b].sum()) == pytest.approx(1)


def test_scores_by_hand(ref):
    H, s = tensor([[1.0], [-2.0]]), tensor([0.5])
    e = ref.luong_scores(H, s, tensor([2.0]))
    c, alpha = ref.context(e, H, torch.ones(1, 2, dtype=torch.bool))
    worked(ref, "context", "$e=(1,-2)$", e[0])
    worked(ref, "context", r"$\alpha=(0.9526,0.0474)$", alpha[0])
    worked(
        ref, "context", r"$c=0.9526-2\cdot0.0474=0.8577$", [alpha[0, 0], -2, alpha[0, 1], c[0, 0]]
    )
    additive = ref.additive_scores(H, s, tensor([1.0]), tensor([2.0]), tensor(3.0))
    worked(ref, "context", "=(2.8921,-2.2848)$", additive[0])


def test_without_attention_the_decoder_is_torchs_lstm(ref, torch_rng):
    """One observation: its context is the same at each step. torch's cell is run over what was said."""
    decoder = ref.Decoder(2, 3).double()
    H, h, c, y0 = (
        randn(torch_rng, 4, 1, 2),
        randn(torch_rng, 4, 3),
        randn(torch_rng, 4, 3),
        randn(torch_rng, 4),
    )
    lstm = torch.nn.LSTM(3, 3, batch_first=True).double()
    with torch.no_grad():
        for ours, theirs in zip(decoder.cell.parameters(), lstm.parameters(), strict=True):
            theirs.copy_(ours)
        y, alphas = ref.attention_decoder(
            H, torch.ones(4, 1, dtype=torch.bool), (h, c), y0, 5, decoder
        )
        fed = torch.cat([y0[:, None], y[:, :-1]], dim=1)
        outs, _ = lstm(
            torch.cat([fed[:, :, None], H.expand(-1, 5, -1)], dim=-1), (h[None], c[None])
        )
        torch.testing.assert_close(
            y, decoder.head(torch.cat([outs, H.expand(-1, 5, -1)], dim=-1))[..., 0]
        )
    assert (alphas == 1).all()


def test_steps_of_the_decoder_can_be_taken_one_by_one(ref, torch_rng):
    """A horizon of 1, again and again, with the state taken over from the cell."""
    decoder = ref.Decoder(2, 3).double()
    H, h, c, y = (
        randn(torch_rng, 2, 4, 2),
        randn(torch_rng, 2, 3),
        randn(torch_rng, 2, 3),
        randn(torch_rng, 2),
    )
    mask = torch.tensor([[True, True, False, True], [False, True, True, True]])
    with torch.no_grad():
        whole, alphas = ref.attention_decoder(H, mask, (h, c), y, 4, decoder)
        for j in range(4):
            said, alpha = ref.attention_decoder(H, mask, (h, c), y, 1, decoder)
            torch.testing.assert_close(said[:, 0], whole[:, j])
            torch.testing.assert_close(alpha[:, 0], alphas[:, j])
            weights = torch.softmax(
                ((H @ decoder.W.T) * h[:, None]).sum(-1).masked_fill(~mask, -math.inf), dim=1
            )
            torch.testing.assert_close(alpha[:, 0], weights)
            seen = (weights[:, :, None] * H).sum(1)
            h, c = decoder.cell(torch.cat([y[:, None], seen], dim=1), (h, c))
            y = said[:, 0]


def test_decoder_by_hand(ref):
    decoder = ref.Decoder(1, 1).double()
    with torch.no_grad():
        for p in decoder.parameters():
            p.zero_()
        decoder.W.fill_(2.0)
        decoder.head.weight.copy_(torch.tensor([[2.0, 1.0]]))
        decoder.head.bias.fill_(0.1)
        state = tensor([0.5]), tensor([0.0])
        y, alphas = ref.attention_decoder(
            tensor([[1.0], [-2.0]]),
            torch.ones(1, 2, dtype=torch.bool),
            state,
            tensor(0.25),
            2,
            decoder,
        )
    worked(ref, "attention_decoder", "says $0.9577$", y[0, :1])
    worked(ref, "attention_decoder", r"$\alpha=(0.5,0.5)$", alphas[0, 1])
    worked(ref, "attention_decoder", r"$\hat y_2=-0.4$", y[0, 1:])
