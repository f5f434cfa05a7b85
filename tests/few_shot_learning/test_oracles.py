"""The reference of few_shot_learning against scikit-learn, SciPy, torch's own losses and closed forms."""

import math
from types import ModuleType

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import optimize, stats
from sklearn.neighbors import NearestCentroid

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def quadratic(params: dict[str, torch.Tensor], a: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    return 0.5 * (a * (params["theta"] - c) ** 2).sum()


def number(value: object) -> torch.Tensor:
    return torch.tensor(value, dtype=F64)


def test_episodes_are_uniform(ref: ModuleType, rng: np.random.Generator) -> None:
    labels = np.array([5, 2, 5, 2, 5, 2, 8, 8, 8, 2])
    times, count = np.zeros(10), 3000
    seen = {5: 0, 2: 0, 8: 0}
    for _ in range(count):
        support, query, classes = ref.sample_episode(labels, 2, 1, 2, rng)
        assert (labels[support] == classes[:, None]).all() and (
            labels[query] == classes[:, None]
        ).all()
        assert len(np.unique(np.concatenate([support, query], 1))) == 6
        times[support.ravel()] += 1
        for c in classes:
            seen[int(c)] += 1
    assert stats.chisquare(list(seen.values())).pvalue > 1e-6
    assert stats.chisquare(times[labels == 2]).pvalue > 1e-6


def test_prototypes_are_the_nearest_centroid(ref: ModuleType, torch_rng: torch.Generator) -> None:
    support, query = randn(torch_rng, 12, 4), randn(torch_rng, 30, 4)
    ys = torch.tensor([2, 0, 1, 1, 0, 2, 2, 2, 1, 0, 1, 1])
    said = NearestCentroid().fit(support.numpy(), ys.numpy()).predict(query.numpy())
    logits = ref.proto_logits(support, ys, query, 3)
    assert (logits.argmax(1).numpy() == said).all()
    means = torch.stack([support[ys == c].mean(0) for c in range(3)])
    torch.testing.assert_close(logits, -(torch.cdist(query, means) ** 2))


def test_prototypes_by_hand(ref: ModuleType) -> None:
    support, ys = number([[0.0, 0.0], [4.0, 0.0]]), torch.tensor([0, 1])
    logits = ref.proto_logits(support, ys, number([[1.0, 1.0]]), 2)
    assert logits.tolist() == [[-2.0, -10.0]]
    worked(ref, "proto_logits", "0.9997", logits.softmax(1)[0, 0])
    worked(ref, "proto_logits", "0.852", (-(-logits).sqrt()).softmax(1)[0, 0])


def test_interval(ref: ModuleType, rng: np.random.Generator) -> None:
    x = rng.uniform(size=9)
    mean, half = ref.mean_ci(x)
    assert mean == pytest.approx(x.mean()) and half == pytest.approx(1.96 * stats.sem(x))
    worked(ref, "proto_logits", "0.226", ref.mean_ci(np.array([0.4, 0.6, 0.8]))[1])


def test_best_accuracy_by_hand(ref: ModuleType) -> None:
    best = stats.norm.cdf(1.5)
    worked(ref, "proto_logits", r"$\Phi(1.5)=0.933$", [1.5, best])


def test_matching(ref: ModuleType, torch_rng: torch.Generator) -> None:
    support, query, ys = (
        randn(torch_rng, 6, 3),
        randn(torch_rng, 4, 3),
        torch.tensor([1, 0, 1, 2, 2, 1]),
    )
    cosines = F.cosine_similarity(query[:, None], support, dim=-1)
    weights = (5 * cosines).softmax(-1)
    expected = torch.zeros(4, 3, dtype=F64).index_add(1, ys, weights)
    torch.testing.assert_close(ref.matching_predict(support, ys, query, 3, 5.0), expected)
    by_hand = ref.matching_predict(
        number([[1.0, 0], [0, 2], [3, 4]]), torch.tensor([0, 1, 1]), number([[2.0, 0]]), 2
    )
    worked(ref, "matching_predict", "0.491 and 0.509", by_hand[0])


def test_inner_steps_by_closed_form(ref: ModuleType) -> None:
    params = {"theta": number(0.0).requires_grad_()}
    for steps in range(5):
        end = ref.inner_adapt(params, quadratic, number(2.0), number(3.0), 0.1, steps, True)[
            "theta"
        ]
        assert end.item() == pytest.approx(3 + (0 - 3) * (1 - 0.2) ** steps)
        (slope,) = torch.autograd.grad(end, params["theta"])
        assert slope.item() == pytest.approx(0.8**steps)
    end = ref.inner_adapt(params, quadratic, number(2.0), number(3.0), 0.1, 2, False)["theta"]
    worked(ref, "inner_adapt", r"$\theta_2=1.08$", end.item())


def test_maml_by_closed_form_and_finite_differences(
    ref: ModuleType, torch_rng: torch.Generator
) -> None:
    task = (number(2.0), number(3.0), number(4.0), number(-1.0))
    params = {"theta": number(0.0).requires_grad_()}
    exact = ref.maml_meta_grad(params, quadratic, [task], 0.1)["theta"]
    first = ref.maml_meta_grad(params, quadratic, [task], 0.1, first_order=True)["theta"]
    assert exact.item() == pytest.approx((1 - 0.1 * 2) * 4 * (0.6 + 1))
    worked(ref, "maml_meta_grad", r"$0.8\cdot6.4=5.12$", [0.8, first.item(), exact.item()])

    def cubic(p: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return ((torch.tanh(p["theta"] * x) - y) ** 2).sum()

    tasks = [tuple(randn(torch_rng, 3) for _ in range(4)) for _ in range(2)]
    start = randn(torch_rng, 3)

    def outer(theta: torch.Tensor) -> float:
        total = 0.0
        for xs, ys, xq, yq in tasks:
            slope = 2 * (torch.tanh(theta * xs) - ys) * (1 - torch.tanh(theta * xs) ** 2) * xs
            total += float(cubic({"theta": theta - 0.1 * slope}, xq, yq))
        return total

    steps = 1e-5 * torch.eye(3, dtype=F64)
    expected = torch.tensor(
        [(outer(start + h) - outer(start - h)) / 2e-5 for h in steps], dtype=F64
    )
    got = ref.maml_meta_grad({"theta": start.clone().requires_grad_()}, cubic, tasks, 0.1)["theta"]
    torch.testing.assert_close(got, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("first_order", [False, True])
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_optimum_is_where_the_meta_gradient_vanishes(
    ref: ModuleType, torch_rng: torch.Generator, steps: int, first_order: bool
) -> None:
    a_s, a_q = (0.3 + 2 * torch.rand(2, 5, generator=torch_rng, dtype=F64)).unbind()
    c_s, c_q = randn(torch_rng, 5), randn(torch_rng, 5)
    theta = ref.quadratic_optimum(a_s, c_s, a_q, c_q, 0.2, steps, first_order)
    params = {"theta": theta.clone().requires_grad_()}
    tasks = list(zip(a_s, c_s, a_q, c_q, strict=True))
    grad = ref.maml_meta_grad(params, quadratic, tasks, 0.2, steps, first_order)["theta"]
    assert abs(float(grad)) < 1e-12


def test_optimum_minimizes_the_loss_after_adapting(ref: ModuleType) -> None:
    a, c = np.array([1.0, 4.0]), np.array([0.0, 10.0])

    def after(theta: float) -> float:
        return float((0.5 * a * ((1 - 0.2 * a) * (theta - c)) ** 2).sum())

    best = optimize.minimize_scalar(after).x
    ends = [
        float(ref.quadratic_optimum(number(a), number(c), number(a), number(c), 0.2, steps, first))
        for steps, first in [(1, False), (1, True), (0, False)]
    ]
    assert ends[0] == pytest.approx(best)
    worked(ref, "maml_meta_grad", r"it ends at $\theta=2$", ends[0])
    worked(ref, "maml_meta_grad", "it ends at 5", ends[1])
    worked(ref, "maml_meta_grad", "ends at 8", ends[2])
    pull = 1 - (1 - 0.2 * a) ** 2
    assert pull == pytest.approx([0.36, 0.96])
    assert (pull * c).sum() / pull.sum() == pytest.approx(7.27, abs=0.005)


def test_reptile_by_closed_form(ref: ModuleType) -> None:
    fns = [lambda t: t - 4, lambda t: t + 2]
    new = ref.reptile_step(number(0.0), fns, 2, 0.5, 0.1)
    worked(ref, "reptile_step", "the new $\\theta$ is 0.075", new.item())
    mean_end = np.mean([c * (1 - 0.5**2) for c in (4, -2)])
    assert new.item() == pytest.approx(0.1 * mean_end)


def test_contrastive(ref: ModuleType, torch_rng: torch.Generator) -> None:
    z1, z2, same = (
        randn(torch_rng, 8, 3),
        randn(torch_rng, 8, 3),
        torch.tensor([1, 0, 0, 1, 0, 1, 0, 0]),
    )
    d = F.pairwise_distance(z1, z2, eps=0)
    hinge = F.hinge_embedding_loss(d, 2 * same - 1, margin=2.0, reduction="none")
    torch.testing.assert_close(ref.contrastive_loss(z1, z2, same, 2.0), (hinge**2).mean())
    far = [
        ref.contrastive_loss(number([[0.0, 0]]), number([[3.0, 4]]), torch.tensor([y]), m)
        for y, m in [(1, 6), (0, 6)]
    ]
    worked(ref, "contrastive_loss", "The mean of the first two is 13", sum(far) / 2)


def test_relation(ref: ModuleType, torch_rng: torch.Generator) -> None:
    first, second = torch.nn.Linear(6, 4, dtype=F64), torch.nn.Linear(4, 1, dtype=F64)
    p, q = randn(torch_rng, 3, 3), randn(torch_rng, 5, 3)
    model = torch.nn.Sequential(first, torch.nn.ReLU(), second, torch.nn.Sigmoid())
    expected = torch.stack([torch.stack([model(torch.cat([pc, x]))[0] for pc in p]) for x in q])
    got = ref.relation_scores(p, q, first.weight, first.bias, second.weight[0], second.bias[0])
    torch.testing.assert_close(got, expected)
    yq = torch.tensor([0, 2, 1, 1, 0])
    torch.testing.assert_close(
        ref.relation_loss(got, yq), F.mse_loss(got, torch.eye(3, dtype=F64)[yq])
    )
    weights = (number([[-1.0, 1.0]]), number([0.0]), number([2.0]), number(-1.0))
    worked(
        ref,
        "relation_scores",
        "it is 0.269",
        ref.relation_scores(number([[2.0]]), number([[1.0]]), *weights)[0, 0],
    )


def test_weighted_prototypes_are_gaussian_densities(
    ref: ModuleType, torch_rng: torch.Generator
) -> None:
    support, query, ys = (
        randn(torch_rng, 7, 3),
        randn(torch_rng, 4, 3),
        torch.tensor([0, 1, 1, 2, 2, 2, 1]),
    )
    columns = []
    for c in range(3):
        rows = support[ys == c].numpy()
        variance = rows.var(0).mean() if len(rows) > 1 else 1.0
        columns.append(
            stats.multivariate_normal(rows.mean(0), variance * np.eye(3)).logpdf(query.numpy())
        )
    expected = np.stack(columns, 1) + 1.5 * math.log(2 * math.pi)
    np.testing.assert_allclose(ref.weighted_proto_logits(support, ys, query, 3).numpy(), expected)
    hand = number([[0.0, 0], [-3, 3], [2, 2], [5, 3]])
    logits = ref.weighted_proto_logits(hand, torch.tensor([0, 1, 0, 1]), number([[1.0, 3]]), 2)
    worked(ref, "weighted_proto_logits", "$-2$ and $-2.079$", logits[0])
