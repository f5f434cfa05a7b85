"""The reference of neural_recommenders against torch's layers and losses, scikit-learn, enumeration, closed forms and the text."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ndcg_score, top_k_accuracy_score
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def t(values):
    return torch.tensor(values, dtype=F64)


@pytest.mark.parametrize("padding", [None, 0, 3])
def test_embedding_gradient_is_autograds(ref, torch_rng, padding):
    ids = torch.randint(6, (4, 5), generator=torch_rng)
    P, dE = randn(torch_rng, 6, 3).requires_grad_(), randn(torch_rng, 4, 5, 3)
    (F.embedding(ids, P, padding_idx=padding) * dE).sum().backward()
    torch.testing.assert_close(ref.embedding_backward(ids, dE, 6, padding), P.grad)


def test_rows_by_hand(ref):
    dP = ref.embedding_backward(torch.tensor([[3, 3, 0]]), t([[[1, 2], [3, -1], [5, 5]]]), 4, 0)
    worked(ref, "embedding_backward", "$(4, 1)$", dP[3])
    worked(ref, "embedding_backward", "$(0, 0)$", dP[0])
    worked(
        ref,
        "embedding_backward",
        "$(5, 5)$",
        ref.embedding_backward(torch.tensor([[3, 3, 0]]), t([[[1, 2], [3, -1], [5, 5]]]), 4)[0],
    )


def test_pooling_is_the_embedding_bag(ref, torch_rng):
    ids = torch.randint(5, (7, 4), generator=torch_rng)
    ids[2] = 0
    P = randn(torch_rng, 5, 3)
    expected = F.embedding_bag(ids, P, mode="mean", padding_idx=0)
    torch.testing.assert_close(ref.masked_mean_pool(P[ids], ids), expected)


def test_mean_by_hand(ref):
    pooled = ref.masked_mean_pool(t([[[2, 4], [4, 0], [9, 9]]]), torch.tensor([[7, 2, 0]]))
    worked(ref, "masked_mean_pool", "the mean is $(3, 2)$", pooled[0])


def test_interaction_is_torchs_layers(ref, torch_rng):
    net = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 1, bias=False)).double()
    p, q = randn(torch_rng, 4, 3), randn(torch_rng, 4, 3)
    got = ref.mlp_interaction(p, q, net[0].weight, net[0].bias, net[2].weight[0])
    torch.testing.assert_close(got, net(torch.cat([p, q], 1))[:, 0])


def test_exclusive_or_by_hand(ref):
    p, q = t([[0], [0], [1], [1]]), t([[0], [1], [0], [1]])
    W1, b1, w2 = t([[1, 1], [1, 1]]), t([0, -1]), t([1, -2])
    worked(ref, "mlp_interaction", "are $0, 1, 1, 0$", ref.mlp_interaction(p, q, W1, b1, w2))
    linear = (torch.cat([p, q], 1) @ W1.T + b1) @ w2
    worked(ref, "mlp_interaction", "they are $2, 1, 1, 0$", linear)


def test_neumf_is_torchs_layers(ref, torch_rng):
    tables = [
        nn.Embedding(rows, width).double() for rows, width in ((5, 3), (7, 3), (5, 2), (7, 2))
    ]
    mlp = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2), nn.ReLU()).double()
    head = nn.Linear(5, 1).double()
    u, i = torch.randint(5, (9,), generator=torch_rng), torch.randint(7, (9,), generator=torch_rng)
    params = dict(
        zip(("P_gmf", "Q_gmf", "P_mlp", "Q_mlp"), (e.weight for e in tables), strict=True)
    )
    params |= {"layers": [(mlp[0].weight, mlp[0].bias), (mlp[2].weight, mlp[2].bias)]}
    params |= {"head": head.weight[0], "bias": head.bias[0]}
    product = tables[0](u) * tables[1](i)
    deep = mlp(torch.cat([tables[2](u), tables[3](i)], 1))
    torch.testing.assert_close(
        ref.neumf_forward(u, i, params), head(torch.cat([product, deep], 1)).sigmoid()[:, 0]
    )


def test_neumf_without_mlp_is_matrix_factorisation(ref, torch_rng):
    P, Q = randn(torch_rng, 4, 3), randn(torch_rng, 5, 3)
    params = {
        "P_gmf": P,
        "Q_gmf": Q,
        "P_mlp": P[:, :0],
        "Q_mlp": Q[:, :0],
        "layers": [],
        "head": torch.ones(3, dtype=F64),
        "bias": t(0.0),
    }
    u, i = torch.arange(4).repeat_interleave(5), torch.arange(5).repeat(4)
    torch.testing.assert_close(ref.neumf_forward(u, i, params).view(4, 5), (P @ Q.T).sigmoid())


def test_neumf_by_hand(ref):
    params = {
        "P_gmf": t([[1, 2]]), "Q_gmf": t([[3, 0.5]]), "P_mlp": t([[1]]), "Q_mlp": t([[-2]]),
        "layers": [(t([[1, 1], [2, 0.5]]), t([0, -0.5]))], "head": t([0.5, -1, 2, 1]), "bias": t(0.0),
    }  # fmt: skip
    zero = torch.tensor([0])
    worked(
        ref,
        "neumf_forward",
        r"$\hat y=\sigma(1)=0.731$",
        [1, ref.neumf_forward(zero, zero, params)[0]],
    )


def test_negatives_follow_the_weights(ref):
    """A grid of noise visits each page in proportion to its weight: the law by exhaustion, not by sampling."""
    seen = torch.tensor([[True, False, False, True, False], [False, False, True, False, False]])
    weight = t([3.0, 1.0, 2.0, 5.0, 0.5])
    n = 14_000
    grid = ((torch.arange(n, dtype=F64) + 0.5) / n).expand(2, n)
    drawn = ref.sample_negatives(torch.tensor([1, 0]), seen, weight, grid)
    for row, user in enumerate((1, 0)):
        free = weight * ~seen[user]
        share = torch.bincount(drawn[row], minlength=5) / n
        torch.testing.assert_close(share.double(), free / free.sum(), atol=1.1 / n, rtol=0)


def test_draws_by_hand(ref):
    seen = torch.tensor([[False, True, False, True, False]])
    one = torch.tensor([0])
    running = torch.where(seen[0], 0, torch.ones(5)).cumsum(0)
    worked(ref, "sample_negatives", "$1, 1, 2, 2, 3$", running)
    drawn = ref.sample_negatives(one, seen, t([1] * 5), t([[0.5, 0.9]]))[0]
    worked(ref, "sample_negatives", "$2.7$ and page 4", [2.7, drawn[1]])
    weight = t([4, 9, 1, 9, 1])
    worked(ref, "sample_negatives", "$4, 4, 5, 5, 6$", torch.where(seen[0], 0, weight).cumsum(0))
    drawn = ref.sample_negatives(one, seen, weight, t([[0.5, 0.75]]))[0]
    worked(ref, "sample_negatives", "$3$ and page 0", [3, drawn[0]])
    worked(ref, "sample_negatives", "$4.5$ and page 2", [4.5, drawn[1]])


def test_yardstick_is_scikit_learns(ref, torch_rng):
    scores, test = randn(torch_rng, 30, 8), torch.randint(8, (30,), generator=torch_rng)
    hr, ndcg = ref.hit_rate_ndcg_at_k(scores, test, torch.zeros(30, 8, dtype=torch.bool), 3)
    assert hr == pytest.approx(
        top_k_accuracy_score(test.numpy(), scores.numpy(), k=3, labels=range(8))
    )
    assert ndcg == pytest.approx(ndcg_score(F.one_hot(test, 8).numpy(), scores.numpy(), k=3))


def test_seen_pages_are_as_if_they_were_not_there(ref, torch_rng):
    scores, test = randn(torch_rng, 20, 9), torch.full((20,), 4)
    seen = torch.zeros(20, 9, dtype=torch.bool)
    seen[:, [0, 7]] = True
    left = [1, 2, 3, 4, 5, 6, 8]
    without = ref.hit_rate_ndcg_at_k(
        scores[:, left], torch.full((20,), 3), torch.zeros(20, 7, dtype=torch.bool), 3
    )
    assert ref.hit_rate_ndcg_at_k(scores, test, seen, 3) == pytest.approx(without)


def test_lists_by_hand(ref):
    scores = t([[0.9, 0.8, 0.7, 0.6], [0.1, 0.5, 0.5, 0.9]])
    seen = torch.tensor([[True, False, False, False], [False, False, False, False]])
    hr, ndcg = ref.hit_rate_ndcg_at_k(scores, torch.tensor([2, 2]), seen, 2)
    worked(ref, "hit_rate_ndcg_at_k", "HR@2 is $0.5$, NDCG@2 is $0.315$", [2, hr, 2, ndcg])
    _, first = ref.hit_rate_ndcg_at_k(scores[:1], torch.tensor([2]), seen[:1], 2)
    worked(ref, "hit_rate_ndcg_at_k", r"$1/\log_2 3=0.631$", [1, 3, first])


def test_inbatch_loss_is_the_librarys(ref, torch_rng):
    U, V, logq = randn(torch_rng, 6, 4), randn(torch_rng, 6, 4), randn(torch_rng, 6)
    expected = F.cross_entropy(U @ V.T / 0.4 - logq, torch.arange(6))
    torch.testing.assert_close(ref.inbatch_sampled_softmax(U, V, logq, 0.4), expected)


def test_batch_by_hand(ref):
    U, V, logq = t([[2, 0], [0, 1]]), t([[1, 0], [0.5, 1]]), t([0.5, 0.25]).log()
    worked(ref, "inbatch_sampled_softmax", "$(2.693, 2.386)$", (U @ V.T - logq)[0])
    worked(ref, "inbatch_sampled_softmax", "$(0.693, 2.386)$", (U @ V.T - logq)[1])
    worked(
        ref,
        "inbatch_sampled_softmax",
        "The mean is $0.360$",
        ref.inbatch_sampled_softmax(U, V, logq),
    )
    worked(
        ref,
        "inbatch_sampled_softmax",
        "both rows would cost $0.313$",
        ref.inbatch_sampled_softmax(U, V, 0 * logq),
    )


def test_its_minimum_over_all_batches(ref):
    """The mean loss over all batches of two visits, exactly: with logQ log p is better than log p/q, without it worse."""
    taste = t([[0.6, 0.1, 0.3], [0.4, 0.5, 0.1]])
    p = taste.mean(0)
    visits = [(u, i, taste[u, i].item() / 2) for u in range(2) for i in range(3)]
    batches = [(a, b) for a in visits for b in visits]

    def mean_loss(scores, logq):
        total = 0.0
        for first, second in batches:
            u, i = torch.tensor([first[0], second[0]]), torch.tensor([first[1], second[1]])
            loss = ref.inbatch_sampled_softmax(scores[u], torch.eye(3, dtype=F64)[i], logq[i])
            total += first[2] * second[2] * loss.item()
        return total

    log_p, lift = taste.log(), (taste / p).log()
    assert mean_loss(log_p, p.log()) < mean_loss(lift, p.log())
    assert mean_loss(lift, t([0, 0, 0])) < mean_loss(log_p, t([0, 0, 0]))


def test_watch_time_loss_is_torchs_weighted_one(ref, torch_rng):
    logit, secs = 3 * randn(torch_rng, 20), 10 * torch.rand(20, generator=torch_rng, dtype=F64)
    clicked = torch.rand(20, generator=torch_rng) < 0.4
    weight = torch.where(clicked, secs, 1.0)
    expected = F.binary_cross_entropy_with_logits(logit, clicked.double(), weight=weight)
    torch.testing.assert_close(ref.watch_time_loss(logit, clicked, secs), expected)


def test_odds_are_the_watch_time(ref):
    """scikit-learn's weighted logistic regression on one video, its odds, and the mean watch time."""
    rng = np.random.default_rng(3)
    clicked = rng.random(4000) < 0.03
    secs = np.where(clicked, rng.exponential(40, 4000), 0)
    fit = LogisticRegression(C=1e9, fit_intercept=False, tol=1e-9).fit(
        np.ones((4000, 1)), clicked, sample_weight=np.where(clicked, secs, 1)
    )
    served = ref.expected_watch_time(torch.from_numpy(fit.coef_[0])).item()
    assert served == pytest.approx(secs.sum() / (~clicked).sum(), rel=1e-4)
    assert served == pytest.approx(secs.mean() / (1 - clicked.mean()), rel=1e-4)


def test_watching_by_hand(ref):
    clicked = torch.tensor([True, True] + [False] * 8)
    logit = torch.full((10,), math.log(10), dtype=F64)
    loss = ref.watch_time_loss(logit, clicked, t([30, 50] + [0] * 8))
    worked(ref, "watch_time_loss", "=2.681$", loss)
    worked(ref, "watch_time_loss", "$80/8=10$", [10, ref.expected_watch_time(logit[:1])[0]])
    worked(ref, "watch_time_loss", r"$z=\log 10=2.303$", [10, logit[0]])


def test_combinations_are_unravelled(ref):
    ids = ref.cross_id(torch.arange(4).repeat_interleave(6), torch.arange(6).repeat(4), 6)
    assert ids.tolist() == np.ravel_multi_index(np.mgrid[:4, :6].reshape(2, -1), (4, 6)).tolist()


def test_wide_and_deep_is_torchs_layers(ref, torch_rng):
    tables = [nn.Embedding(rows, width).double() for rows, width in ((4, 2), (3, 3))]
    mlp, head = nn.Sequential(nn.Linear(5, 6), nn.ReLU()).double(), nn.Linear(6, 1).double()
    wide = nn.Linear(12, 1, bias=False).double()
    x = torch.stack([torch.randint(rows, (9,), generator=torch_rng) for rows in (4, 3)], 1)
    hot = (
        torch.einsum("ba,bc->bac", F.one_hot(x[:, 0], 4), F.one_hot(x[:, 1], 3)).flatten(1).double()
    )
    deep = mlp(torch.cat([table(x[:, f]) for f, table in enumerate(tables)], 1))
    params = {
        "wide": [wide.weight[0]], "tables": [e.weight for e in tables],
        "layers": [(mlp[0].weight, mlp[0].bias)], "head": head.weight[0], "bias": head.bias[0],
    }  # fmt: skip
    torch.testing.assert_close(
        ref.wide_and_deep_logit(x, [(0, 1)], params), (wide(hot) + head(deep))[:, 0]
    )


def test_wide_and_deep_by_hand(ref):
    x = torch.tensor([[2, 1]])
    worked(ref, "wide_and_deep_logit", "has the id $9$", ref.cross_id(x[:, 0], x[:, 1], 4)[0])
    worked(ref, "wide_and_deep_logit", "the id $6$", ref.cross_id(x[:, 1], x[:, 0], 4)[0])
    wide = torch.zeros(12, dtype=F64)
    wide[9] = 0.5
    params = {
        "wide": [wide], "tables": [t([[1]] * 3), t([[1]] * 4)],
        "layers": [(t([[1, 0.5], [-2, -1]]), t([0, 0]))], "head": t([0.5, 2]), "bias": t(-0.25),
    }  # fmt: skip
    worked(
        ref,
        "wide_and_deep_logit",
        "the logit is $1$",
        ref.wide_and_deep_logit(x, [(0, 1)], params)[0],
    )


def test_the_payoff_beats_the_best_sellers(ref):
    numbers = ref.three_pages_of_a_stranger()
    assert numbers["towers"] > numbers["popular"] + 8
    assert numbers["without"] < numbers["popular"]
