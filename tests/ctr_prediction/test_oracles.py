"""The reference of ctr_prediction against scikit-learn, torch's layers and autograd, exhaustive sums and closed forms."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def t(values):
    return torch.tensor(values, dtype=F64)


def test_regression_is_autograds_and_one_hots(ref, rng):
    x, sizes = np.stack([rng.integers(0, 3, 20), rng.integers(0, 5, 20)], 1), [3, 5]
    rows, y, w, b = ref.field_rows(x, sizes), rng.integers(0, 2, 20), rng.normal(size=8), 0.3
    hot = np.concatenate([np.eye(n)[x[:, f]] for f, n in enumerate(sizes)], 1)
    assert (hot.argsort(1)[:, -2:].sum(1) == rows.sum(1)).all()
    weights, bias = t(w).requires_grad_(), t(b).requires_grad_()
    loss = nn.functional.binary_cross_entropy_with_logits(torch.tensor(hot) @ weights + bias, t(y))
    loss.backward()
    mine = ref.lr_loss_and_grad(rows, y, w, b)
    assert mine[0] == pytest.approx(loss.item())
    np.testing.assert_allclose(mine[1], weights.grad)
    assert mine[2] == pytest.approx(bias.grad.item())


def test_gradient_vanishes_where_scikit_learn_ends(ref, rng):
    x = rng.integers(0, 4, size=(500, 2))
    y = (rng.random(500) < 0.2 + 0.15 * x[:, 0]).astype(int)
    rows = ref.field_rows(x, [4, 4])
    hot = np.zeros((500, 8))
    np.put_along_axis(hot, rows, 1.0, 1)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(hot, y)
    _, gw, gb = ref.lr_loss_and_grad(rows, y, model.coef_[0], float(model.intercept_[0]))
    assert np.abs(gw).max() < 1e-5
    assert abs(gb) < 1e-5


def test_regression_by_hand(ref):
    rows = ref.field_rows(np.array([[3, 7, 2, 5]]), [40, 40, 8, 8])
    worked(ref, "lr_loss_and_grad", "the rows $(3, 47, 82, 93)$", rows)
    loss, gw, gb = ref.lr_loss_and_grad(
        np.array([[0, 3], [0, 4], [1, 3]]), np.array([1, 1, 0]), np.zeros(5), 0.0
    )
    worked(ref, "lr_loss_and_grad", r"$\ell=\log2=0.693$", [2, loss])
    np.testing.assert_allclose(gw, [-1 / 3, 1 / 6, 0, 0, -1 / 6], atol=1e-12)
    assert gb == pytest.approx(-1 / 6)


def test_rulers_are_the_librarys(ref, rng):
    y, p = rng.integers(0, 2, 60), rng.integers(1, 12, 60) / 13
    assert ref.auc(y, p) == pytest.approx(metrics.roc_auc_score(y, p))
    u = mannwhitneyu(p[y == 1], p[y == 0]).statistic
    assert ref.auc(y, p) == pytest.approx(u / (y.sum() * (1 - y).sum()))
    assert ref.log_loss(y, p) == pytest.approx(metrics.log_loss(y, p))
    certain = np.array([0.0, 1.0])
    assert ref.log_loss(np.array([1, 0]), certain) == pytest.approx(-math.log(1e-7))


def test_thinning_is_bayes_rule(ref, rng):
    """Counts in a thinned log, and the shift of a logit."""
    clicks, others, keep = rng.integers(1, 50, 6), rng.integers(1, 50, 6), 0.25
    p = clicks / (clicks + keep * others)
    np.testing.assert_allclose(ref.recalibrate(p, keep), clicks / (clicks + others))
    shifted = torch.sigmoid(torch.logit(torch.tensor(p)) + math.log(keep))
    np.testing.assert_allclose(ref.recalibrate(p, keep), shifted)


def test_rulers_by_hand(ref):
    y, p = np.array([1, 1, 0, 0]), np.array([0.9, 0.6, 0.6, 0.2])
    worked(ref, "auc", r"$=(6.5-3)/4=0.875$", [6.5, -3, 4, ref.auc(y, p)])
    costs = -np.log([0.9, 0.6, 0.4, 0.8])
    worked(ref, "auc", r"$(0.105+0.511+0.916+0.223)/4=0.439$", [*costs, 4, ref.log_loss(y, p)])
    worked(
        ref,
        "auc",
        r"$q=0.5/(0.5+5)=\frac1{11}=0.091$",
        [0.5, 0.5, 5, 1 / 11, ref.recalibrate(np.array([0.5]), 0.1)],
    )


def test_interactions_are_sums_over_pairs(ref, torch_rng):
    E, G = randn(torch_rng, 3, 5, 2), randn(torch_rng, 3, 5, 5, 2)
    pairs = list(itertools.combinations(range(5), 2))
    fm = sum((E[:, i] * E[:, j]).sum(1) for i, j in pairs)
    ffm = sum((G[:, i, j] * G[:, j, i]).sum(1) for i, j in pairs)
    torch.testing.assert_close(ref.fm_interaction(E), fm)
    torch.testing.assert_close(ref.ffm_interaction(G), ffm)
    same = E[:, :, None].expand(-1, -1, 5, -1)  # one vector for all fields: FFM is FM
    torch.testing.assert_close(ref.ffm_interaction(same), fm)


def test_interactions_by_hand(ref):
    fm = ref.fm_interaction(t([[[1.0], [2.0], [3.0]]]))
    worked(ref, "fm_interaction", "$(36-14)/2=11=2+3+6$", [36, -14, 2, fm, 2, 3, 6])
    ffm = ref.ffm_interaction(t([[9.0, 2, 3], [5, 9, -1], [4, 6, 9]])[None, :, :, None])
    worked(ref, "fm_interaction", r"$2\cdot5+3\cdot4+(-1)\cdot6=16$", [2, 5, 3, 4, -1, 6, ffm])


def test_deepfm_is_made_of_torchs_modules(ref, torch_rng):
    torch.manual_seed(0)
    table, linear = nn.Embedding(9, 4, dtype=F64), nn.Embedding(9, 1, dtype=F64)
    mlp = nn.Sequential(nn.Linear(12, 5, dtype=F64), nn.ReLU(), nn.Linear(5, 1, dtype=F64))
    rows = torch.tensor([[0, 3, 7], [1, 3, 8]])
    E = table(rows)
    gram = E @ E.mT
    pairs = (gram.sum((1, 2)) - gram.diagonal(dim1=1, dim2=2).sum(1)) / 2
    params = {
        "bias": t(0.3),
        "w": linear.weight[:, 0],
        "vectors": table.weight,
        "mlp": [(mlp[0].weight, mlp[0].bias), (mlp[2].weight, mlp[2].bias)],
    }
    expected = 0.3 + linear(rows).sum((1, 2)) + pairs + mlp(E.reshape(2, 12))[:, 0]
    torch.testing.assert_close(ref.deepfm_logit(rows, params), expected)


def test_deepfm_by_hand(ref):
    params = {"bias": t(0.5), "w": t([1.0, -0.25]), "vectors": t([[2.0], [-1.0]])}
    rows = torch.tensor([[0, 1]])
    silent = ref.deepfm_logit(rows, params | {"mlp": [(t([[0.0, 0.0]]), t([0.0]))]})
    mlp = [(t([[1.0, 1], [0, -2]]), t([0.0, 0.0])), (t([[1.0, 0.5]]), t([0.25]))]
    z = ref.deepfm_logit(rows, params | {"mlp": mlp})
    worked(ref, "deepfm_logit", "$0.5+0.75-2=-0.75$", [0.5, 0.75, -2, silent])
    worked(ref, "deepfm_logit", "gives $2.25$", z - silent)
    worked(ref, "deepfm_logit", "The logit is $1.5$", z)


def test_cross_network_is_its_closed_form(ref, torch_rng):
    """Two layers multiplied out; and one layer as an outer product."""
    x0, (w0, w1), (b0, b1) = randn(torch_rng, 5, 3), randn(torch_rng, 2, 3), randn(torch_rng, 2, 3)
    outer = torch.einsum("bi,bj->bij", x0, x0) @ w0 + b0 + x0
    torch.testing.assert_close(ref.cross_network(x0, w0[None], b0[None]), outer)
    s0, s1 = x0 @ w0, x0 @ w1
    alpha = (1 + s0) * (1 + s1) + b0 @ w1
    two = alpha[:, None] * x0 + b0 + b1
    torch.testing.assert_close(
        ref.cross_network(x0, torch.stack([w0, w1]), torch.stack([b0, b1])), two
    )


def test_crosses_by_hand(ref):
    ws, bs = t([[1.0, 1], [1, -1]]), t([[0.0, 1], [0, 0]])
    one, two = (
        ref.cross_network(t([[1.0, 2]]), ws[:1], bs[:1]),
        ref.cross_network(t([[1.0, 2]]), ws, bs),
    )
    worked(ref, "cross_network", "(1,2)=(4,9)$", [1, 2, *one[0]])
    worked(ref, "cross_network", "(4,9)=(-1,-1)$", [*one[0], *two[0]])


def test_dcn_v2_with_equal_rows_is_dcn(ref, torch_rng):
    x0, x, w = randn(torch_rng, 4, 3), randn(torch_rng, 4, 3), randn(torch_rng, 3)
    W = w.expand(3, 3)
    one = ref.cross_network(x, w[None], torch.zeros(1, 3, dtype=F64))
    torch.testing.assert_close(ref.cross_layer_v2(x, x, W, torch.zeros(3, dtype=F64)), one)
    layer = nn.Linear(3, 3, dtype=F64)
    torch.testing.assert_close(
        ref.cross_layer_v2(x0, x, layer.weight, layer.bias), x0 * layer(x) + x
    )


def test_maps_are_a_convolution_and_a_loop(ref, torch_rng):
    X, X0, W = randn(torch_rng, 2, 3, 4), randn(torch_rng, 2, 5, 4), randn(torch_rng, 6, 3, 5)
    maps, pooled = ref.cin_layer(X, X0, W)
    products = torch.stack([X[:, i] * X0[:, j] for i in range(3) for j in range(5)], 1)
    torch.testing.assert_close(maps, nn.functional.conv1d(products, W.reshape(6, 15, 1)))
    torch.testing.assert_close(pooled[:, 2], sum(maps[:, 2, c] for c in range(4)))
    E = randn(torch_rng, 2, 5, 4)  # equal weights on i < j: pooled is FM
    upper = torch.ones(1, 5, 5, dtype=F64).triu(1)
    torch.testing.assert_close(ref.cin_layer(E, E, upper)[1][:, 0], ref.fm_interaction(E))


def test_matrix_cross_and_maps_by_hand(ref):
    x2 = ref.cross_layer_v2(t([[1.0, 2]]), t([[4.0, 9]]), t([[1.0, 0], [1, -1]]), t([0.0, 1]))
    worked(ref, "cin_layer", "(4,9)=(8,1)$", [4, 9, *x2[0]])
    maps, pooled = ref.cin_layer(t([[[2.0, 3]]]), t([[[1.0, -1], [4, 0]]]), t([[[1.0, 0.5]]]))
    worked(ref, "cin_layer", "(8,0)=(6,-3)$, pooled $3$", [8, 0, *maps[0, 0], pooled])


def test_heads_are_torchs_attention(ref, torch_rng):
    E, Wres = randn(torch_rng, 2, 4, 6), randn(torch_rng, 6, 6)
    Wq, Wk, Wv = (randn(torch_rng, 2, 6, 3) for _ in range(3))
    out, weights = ref.autoint_layer(E, Wq, Wk, Wv, Wres)
    module = nn.MultiheadAttention(6, 2, bias=False, batch_first=True, dtype=F64)
    with torch.no_grad():
        module.in_proj_weight.copy_(
            torch.cat([W.transpose(1, 2).reshape(6, 6) for W in (Wq, Wk, Wv)])
        )
        module.out_proj.weight.copy_(torch.eye(6))
        mixed, expected = module(E, E, E, average_attn_weights=False)
    torch.testing.assert_close(weights, expected)
    torch.testing.assert_close(out, torch.relu(mixed + E @ Wres))


def test_heads_by_hand(ref):
    zero, values = torch.zeros(2, 1, 1, dtype=F64), t([[[1.0]], [[-1.0]]])
    out, weights = ref.autoint_layer(t([[[2.0], [4.0]]]), zero, zero, values, t([[1.0, 1.0]]))
    assert (weights == 0.5).all()
    worked(ref, "autoint_layer", r"$\mathrm{out}=(5,0)$ and $(7,1)$", out)


def test_gates_and_pairs_are_torchs(ref, torch_rng):
    E, W = randn(torch_rng, 3, 4, 5), randn(torch_rng, 5, 5)
    down, up = nn.Linear(4, 2, bias=False, dtype=F64), nn.Linear(2, 4, bias=False, dtype=F64)
    squeeze = nn.AdaptiveAvgPool1d(1)(E)[..., 0]
    gates = nn.Sequential(down, nn.ReLU(), up, nn.Sigmoid())(squeeze)
    torch.testing.assert_close(ref.senet_gates(E, down.weight.T, up.weight.T), gates)
    pairs = ref.fibinet_interaction(E, W)
    bilinear = [
        nn.functional.bilinear(E[:, i], E[:, j], W[None])[:, 0]
        for i, j in itertools.combinations(range(4), 2)
    ]
    torch.testing.assert_close(pairs.sum(-1), torch.stack(bilinear, 1))
    identity = ref.fibinet_interaction(E, torch.eye(5, dtype=F64))
    torch.testing.assert_close(identity.sum((1, 2)), ref.fm_interaction(E))


def test_gates_and_pairs_by_hand(ref):
    E = t([[[1.0, 3], [2, -2], [0, 4]]])
    gates = ref.senet_gates(E, t([[1.0], [1], [0]]), t([[0.0, 0.5, -1]]))
    worked(ref, "fibinet_interaction", "(0.5,0.731,0.119)", gates)
    pairs = ref.fibinet_interaction(E, t([[0.0, 1], [2, 0]]))
    worked(ref, "fibinet_interaction", "$(12,-2)$, $(0,4)$, $(0,8)$", pairs)


def test_hash_in_exact_integers(ref, rng):
    x = rng.integers(0, 2**31, size=(50, 3))
    a, c, n = 1_750_000_001, 2_100_000_011, 97
    exact = [
        [((a * (int(i) + 1) + c * f) % 2147483647) % n for f, i in enumerate(row, 1)] for row in x
    ]
    assert ref.hash_rows(x, n, a, c).tolist() == exact
    ids = np.arange(20_000)[:, None]
    counts = np.bincount(ref.hash_rows(ids, 50, 48_271, 7)[:, 0], minlength=50)
    assert counts.min() > 300  # about even


def test_grouped_auc_is_a_weighted_mean_of_scikit_learns(ref, rng):
    group, y, p = rng.integers(0, 9, 200), rng.integers(0, 2, 200), rng.integers(0, 20, 200) / 7
    y[group == 4] = 1
    groups = [group == g for g in range(9) if g != 4]
    values = [metrics.roc_auc_score(y[m], p[m]) for m in groups]
    assert ref.grouped_auc(y, p, group) == pytest.approx(
        np.average(values, weights=[m.sum() for m in groups])
    )


def test_hash_and_groups_by_hand(ref):
    rows = ref.hash_rows(np.array([[10, 10]]), 8, 3, 5)
    worked(ref, "grouped_auc", r"$3\cdot11+5=38$, row $6$", [3, 11, 5, 38, rows[0, 0]])
    worked(ref, "grouped_auc", "$33+10=43$, row $3$", [33, 10, 43, rows[0, 1]])
    y, p = np.array([1, 0, 1, 0, 0, 1, 1]), np.array([0.2, 0.1, 0.5, 0.7, 0.4, 0.3, 0.6])
    gauc = ref.grouped_auc(y, p, np.array([7, 7, 3, 3, 3, 5, 5]))
    worked(ref, "grouped_auc", r"$=(2\cdot1+3\cdot0.5)/5=0.7$", [2, 1, 3, 0.5, 5, gauc])


def test_factorisation_generalises(ref):
    numbers = ref.pairs_that_never_met(seed=0)
    assert numbers["fm_held"] > numbers["table_held"] + 0.15 > numbers["lr_held"] + 0.15
