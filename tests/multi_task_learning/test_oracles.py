"""The reference of multi_task_learning against independent truth."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from scipy.optimize import minimize, minimize_scalar
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import cosine_similarity
from torch import nn

from dlcourse.authoring.worked import worked

SEEDS = range(3)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def test_worked_numbers(ref):
    near = lambda values: pytest.approx(values, abs=1e-5)  # noqa: E731
    t = torch.tensor
    penalty = ref.soft_sharing_penalty([t([1.0, 0]), t([3.0, 1])], 0.5)
    assert penalty.item() == near(5)
    worked(ref, "soft_sharing_penalty", r"0.5\cdot2\cdot5=5", [0.5, 2, 5, penalty])
    a, b = ref.cross_stitch(t([[1.0, 2]]), t([[10.0, 30]]), t([[0.9, 0.1], [0.2, 0.8]]))
    assert a.tolist() == [near([1.9, 4.8])] and b.tolist() == [near([8.2, 24.4])]
    worked(ref, "soft_sharing_penalty", "$x_a'=(1.9,4.8)$ and $x_b'=(8.2,24.4)$", [a, b])
    assert ref.mtan_mask(t([[2.0, -1]]), t([[0.0, 1], [3, 6]]), t([1.0, 0]))[0].tolist() == near(
        [1, -0.5]
    )
    mask = ref.mtan_mask(t([[2.0, -1]]), t([[0.0, 1], [3, 6]]), t([1.0, 0])) / t([2.0, -1])
    worked(ref, "soft_sharing_penalty", r"(\frac12,\frac12)", mask)
    worked(ref, "soft_sharing_penalty", r"$f'=(1,-\frac12)$", mask * t([2.0, -1]))
    cosines, fraction = ref.gradient_conflicts(t([[0.0, 5], [4, 3], [-3, 0]]))
    assert [cosines[0, 1].item(), cosines[0, 2].item(), cosines[1, 2].item()] == near(
        [0.6, 0, -0.8]
    )
    assert fraction.item() == near(1 / 3)
    for text, pair in (("=0.6", (0, 1)), (r"\cos_{13}=0", (0, 2)), ("=-0.8", (1, 2))):
        worked(ref, "gradient_conflicts", text, cosines[pair])
    losses = lambda theta: torch.cat([(theta - 1) ** 2, 2 * (theta + 1) ** 2])  # noqa: E731
    Z = ref.transfer_affinity(losses, torch.zeros(1), 0.1)
    assert Z.flatten().tolist() == near([0.36, -0.44, -0.96, 0.64])
    worked(ref, "gradient_conflicts", r"$Z_{1\cdot}=(0.36,-0.44)$", Z[0])
    worked(ref, "gradient_conflicts", r"$Z_{2\cdot}=(-0.96,0.64)$", Z[1])
    cka = ref.linear_cka(t([[0.0], [1], [2]]), t([[0.0], [0], [3]]))
    worked(ref, "gradient_conflicts", "=0.75", cka)
    assert ref.linear_cka(t([[0.0], [1], [2]]), t([[0.0], [0], [3]])).item() == near(0.75)
    square = r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"
    turned, labels = ref.rotation_task(t([[[1.0, 2], [3, 4]]]))
    assert turned[1].tolist() == [[2, 4], [1, 3]] and labels.tolist() == [0, 1, 2, 3]
    text = rf"{square}$ becomes $\begin{{pmatrix}}2&4\\1&3\end{{pmatrix}}$"
    worked(ref, "rotation_task", text, turned[:2])
    tiles = ref.jigsaw_task(t([[[1.0, 2], [3, 4]]]), t([[2, 0, 3, 1]]), t([0]))
    text = r"$\pi=(2,0,3,1)$ makes $\begin{pmatrix}3&1\\4&2\end{pmatrix}$"
    worked(ref, "rotation_task", text, [2, 0, 3, 1, tiles])
    assert ref.jigsaw_task(t([[[1.0, 2], [3, 4]]]), t([[2, 0, 3, 1]]), t([0])).tolist() == [
        [[3, 1], [4, 2]]
    ]
    L = t([4.0, 1, 0.5])
    assert ref.uncertainty_loss(L, torch.zeros(3)).item() == near(2.75)
    assert ref.uncertainty_loss(L, L.log()).item() == near(1.846574)
    worked(ref, "uncertainty_loss", "=2.75", ref.uncertainty_loss(L, torch.zeros(3)))
    worked(ref, "uncertainty_loss", r"\approx1.847", ref.uncertainty_loss(L, L.log()))
    w = ref.gradnorm_step(t([1.5, 0.5]), t([4.0, 8]), t([3.0, 1]), t([10.0, 2]), 1.0, 0.1)
    assert w.tolist() == near([11 / 12, 13 / 12])
    worked(ref, "gradnorm_step", r"(11/12,13/12)\approx(0.917,1.083)", [w, w])
    G = t([[1.0, 0], [-1, 1], [1, -2]])
    assert ref.pcgrad(G[:2], [0, 1]).tolist() == near([0.25, 0.75])
    assert ref.pcgrad(G, [0, 1, 2]).tolist() == near([1 / 6, 0])
    worked(ref, "pcgrad", r"mean is $(\frac14,\frac34)$", ref.pcgrad(G[:2], [0, 1]))
    d = ref.pcgrad(G, [0, 1, 2])
    worked(ref, "pcgrad", r"mean is $(\frac16,0)$", [d[0], d[1].round(decimals=6)])
    assert ref.cagrad(t([[6.0, 0], [0, 8]]), 0.2).tolist() == near([4, 4])
    G, d = t([[6.0, 0], [0, 8]]), ref.cagrad(t([[6.0, 0], [0, 8]]), 0.2)
    worked(ref, "cagrad", "$d=(4,4)$", d.round(decimals=4))
    worked(ref, "cagrad", "$d$ gains $(24,32)$", (G @ d).round(decimals=3))
    worked(ref, "cagrad", "gains $(18,32)$ on", G @ G.mean(0))
    a, b = t([2.0, 3]).requires_grad_(), t([5.0]).requires_grad_()
    G = ref.task_gradients(torch.stack([a[0] * a[1], a[0] * b[0] ** 2]), [a, b])
    assert G.tolist() == [[3, 2, 0], [25, 0, 20]]
    worked(ref, "train_mtl", "$(3,2,0)$ and $(25,0,20)$", G)


def test_the_net_worked_by_hand(ref):
    net = ref.MultiTaskNet(3, 2, {"a": 1, "b": 2})
    numbers = {
        "encoder.0.weight": [[1.0, 1, 0], [1, 0, 2]],
        "encoder.0.bias": [0.0, 0],
        "heads.a.weight": [[2.0, 5]],
        "heads.a.bias": [1.0],
        "heads.b.weight": [[1.0, 1], [-1, 0]],
        "heads.b.bias": [0.0, 0],
    }
    net.load_state_dict({name: torch.tensor(values) for name, values in numbers.items()})
    x = torch.tensor([[1.0, 2, -1]])
    out = net(x)
    worked(ref, "MultiTaskNet", "$W_0x=(3,-1)$ and $z=(3,0)$", [net.encoder[0](x), net.encoder(x)])
    worked(ref, "MultiTaskNet", "gives $7$", out["a"])
    worked(ref, "MultiTaskNet", "gives $(3,-3)$", out["b"])


def test_hard_sharing_net_is_its_formula(ref):
    net = ref.MultiTaskNet(64, 16, {"digit": 10, "height": 1})
    assert sum(p.numel() for p in net.parameters()) == 1227
    x = torch.randn(5, 64, generator=generator(0))
    W = {name: p.detach().numpy() for name, p in net.named_parameters()}
    z = np.maximum(x.numpy() @ W["encoder.0.weight"].T + W["encoder.0.bias"], 0)
    for task, output in net(x).items():
        expected = z @ W[f"heads.{task}.weight"].T + W[f"heads.{task}.bias"]
        np.testing.assert_allclose(output.detach().numpy(), expected, atol=1e-5)


def test_penalty_is_scipys_sum_of_squared_distances_and_pulls_to_the_mean(ref):
    theta = torch.randn(4, 6, generator=generator(1), dtype=torch.float64).requires_grad_()
    penalty = ref.soft_sharing_penalty(list(theta), 0.7)
    assert penalty.item() == pytest.approx(
        2 * 0.7 * pdist(theta.detach().numpy(), "sqeuclidean").sum()
    )
    penalty.backward()
    torch.testing.assert_close(theta.grad, (4 * 0.7 * 4 * (theta - theta.mean(dim=0))).detach())


def test_cross_stitch_and_mask_are_torchs_layers(ref):
    xa, xb = torch.randn(2, 5, 3, generator=generator(2))
    A = torch.randn(2, 2, generator=generator(3))
    # a 1×1 convolution whose channels are the two networks
    expected = F.conv1d(torch.stack([xa, xb], dim=1), A[:, :, None])
    torch.testing.assert_close(torch.stack(ref.cross_stitch(xa, xb, A), dim=1), expected)
    layer = nn.Linear(3, 3)
    masked = ref.mtan_mask(xa, layer.weight, layer.bias)
    torch.testing.assert_close(masked, F.glu(torch.cat([xa, layer(xa)], dim=1), dim=1))


def test_cosines_are_scikit_learns(ref):
    G = torch.randn(5, 9, generator=generator(4))
    cosines, fraction = ref.gradient_conflicts(G)
    expected = cosine_similarity(G.numpy())
    np.testing.assert_allclose(cosines.numpy(), expected, atol=1e-6)
    assert fraction.item() == pytest.approx((expected[np.tril_indices(5, -1)] < 0).mean())


def test_transfer_of_small_steps_is_the_inner_product(ref):
    theta = torch.tensor([0.3, 1.7])
    G, L = ref.valley_gradients(theta), ref.valley_losses(theta)
    Z = ref.transfer_affinity(ref.valley_losses, theta, 1e-3)
    torch.testing.assert_close(Z, 1e-3 * G @ G.T / L, rtol=0.02, atol=1e-4)


def test_transfer_of_large_steps_on_quadratics_is_exact(ref):
    theta, lr = torch.tensor([0.3, 1.7]), 0.1
    G, L = ref.valley_gradients(theta), ref.valley_losses(theta)
    curvature = torch.einsum("ip,jpq,iq->ij", G, ref.CURVATURES, G)
    expected = (lr * G @ G.T - lr**2 / 2 * curvature) / L
    Z = ref.transfer_affinity(ref.valley_losses, theta, lr)
    torch.testing.assert_close(Z, expected, rtol=1e-4, atol=1e-5)


def test_cka_is_squared_correlation_and_does_not_see_rotations(ref):
    X, Y = (torch.randn(20, n, generator=generator(n), dtype=torch.float64) + 3 for n in (1, 4))
    r = stats.pearsonr(X[:, 0], Y[:, 2]).statistic
    assert ref.linear_cka(X, Y[:, 2:3]).item() == pytest.approx(r**2)
    Q = torch.tensor(stats.ortho_group.rvs(4, random_state=0))
    assert ref.linear_cka(Y, 5 * Y @ Q - 7).item() == pytest.approx(1)


def test_rotations_are_numpys(ref):
    x = torch.randn(3, 4, 4, generator=generator(5))
    turned, labels = ref.rotation_task(x)
    for row, (image, label) in enumerate(zip(turned, labels, strict=True)):
        np.testing.assert_array_equal(image.numpy(), np.rot90(x[row // 4].numpy(), label.item()))
    assert labels.tolist() == [0, 1, 2, 3] * 3


def test_jigsaw_is_cut_and_pasted_by_numpy_block_and_undone_by_the_inverse(ref):
    x = torch.arange(2 * 4 * 6.0).reshape(2, 4, 6)
    perms, ids = torch.tensor([[0, 1, 2, 3], [1, 3, 0, 2]]), torch.tensor([1, 1])
    y = ref.jigsaw_task(x, perms, ids)
    for image, shuffled in zip(x.numpy(), y.numpy(), strict=True):
        a, b, c, d = image[:2, :3], image[:2, 3:], image[2:, :3], image[2:, 3:]
        np.testing.assert_array_equal(shuffled, np.block([[b, d], [a, c]]))
    torch.testing.assert_close(ref.jigsaw_task(y, perms.argsort(dim=1), ids), x)


def test_uncertainty_loss_is_the_gaussian_likelihood_with_its_optimum(ref):
    residuals = torch.randn(50, generator=generator(6), dtype=torch.float64) * 3
    s = torch.tensor([0.8], dtype=torch.float64)
    nll = -torch.distributions.Normal(0, torch.exp(s / 2)).log_prob(residuals).mean()
    loss = ref.uncertainty_loss(residuals.square().mean()[None], s)
    assert loss.item() + 0.5 * np.log(2 * np.pi) == pytest.approx(nll.item())
    L = residuals.square().mean().item()
    best = minimize_scalar(
        lambda s: ref.uncertainty_loss(torch.tensor([L]), torch.tensor([s])).item()
    )
    assert best.x == pytest.approx(np.log(L), abs=1e-2)
    assert best.fun == pytest.approx((1 + np.log(L)) / 2, abs=1e-5)


def test_gradnorm_step_is_autograds_with_a_constant_target(ref):
    for seed in SEEDS:
        norms, L, L0 = torch.rand(3, 4, generator=generator(seed), dtype=torch.float64) + 0.2
        w = (
            torch.rand(4, generator=generator(seed + 9), dtype=torch.float64) + 0.5
        ).requires_grad_()
        r = L / L0 / (L / L0).mean()
        target = ((w * norms).mean() * r**1.5).detach()
        F.l1_loss(w * norms, target, reduction="sum").backward()
        moved = (w - 0.02 * w.grad).detach()
        stepped = ref.gradnorm_step(w.detach(), norms, L, L0, 1.5, 0.02)
        torch.testing.assert_close(stepped, 4 * moved / moved.sum())


def test_gradnorm_drives_norms_to_their_targets(ref):
    norms, w = torch.tensor([8.0, 1.0, 2.0]), torch.ones(3)
    for _ in range(3000):
        w = ref.gradnorm_step(w, norms, torch.ones(3), torch.ones(3), 0.0, 1e-3)
    expected = 3 * (1 / norms) / (1 / norms).sum()
    torch.testing.assert_close(w, expected, rtol=0.02, atol=0.01)


def test_pcgrad_of_two_tasks_is_the_closed_form_and_hurts_neither(ref):
    for seed in range(50):
        G = torch.randn(2, 3, generator=generator(seed), dtype=torch.float64)
        (a, b), (_, d) = (G @ G.T).tolist()
        u, v = (1 - b / a, 1 - b / d) if b < 0 else (1, 1)
        torch.testing.assert_close(ref.pcgrad(G, [1, 0]), (u * G[0] + v * G[1]) / 2)
        if b < 0:
            assert (G @ ref.pcgrad(G, [0, 1]) >= -1e-12).all()


def test_pcgrad_of_three_tasks_hurts_one_in_about_an_eighth_of_draws(ref):
    G = torch.randn(3000, 3, 3, generator=generator(0), dtype=torch.float64)
    hurt = sum(bool((g @ ref.pcgrad(g, [0, 1, 2]) < -1e-9).any()) for g in G)
    assert 0.10 < hurt / 3000 < 0.16


def worst_gain(G, d):
    return (G @ d).min()


def test_cagrad_solves_the_primal_problem(ref):
    for seed in range(6):
        G = torch.randn(2, 3, generator=generator(seed), dtype=torch.float64)
        d, g0, c = ref.cagrad(G, 0.5), G.mean(dim=0), 0.5
        ball = 0.5 * g0.norm()
        assert (d - g0).norm() <= ball * (1 + 1e-6)
        M, m = G.numpy(), g0.numpy()
        found = minimize(  # maximise z subject to g_t·d ≥ z and d in the ball
            lambda v: -v[3],
            np.append(m, worst_gain(G, g0)),
            constraints=[
                {"type": "ineq", "fun": lambda v, M=M: M @ v[:3] - v[3]},
                {
                    "type": "ineq",
                    "fun": lambda v, m=m, c=c: c**2 * m @ m - (v[:3] - m) @ (v[:3] - m),
                },
            ],
            method="SLSQP",
            options={"ftol": 1e-12},
        )
        assert worst_gain(G, d).item() == pytest.approx(found.x[3], abs=1e-5)
        assert worst_gain(G, d) >= worst_gain(G, g0) - 1e-9
        assert d @ g0 >= (1 - c) * g0 @ g0 - 1e-9
        torch.testing.assert_close(ref.cagrad(G, 0.0), g0)


def test_cagrad_gives_equal_gains_inside_and_the_lone_task_the_smaller_one_at_an_end(ref):
    inside, ends = 0, set()
    for seed in range(40):
        G = torch.randn(2, 3, generator=generator(seed), dtype=torch.float64)
        d, g0 = ref.cagrad(G, 0.5), G.mean(dim=0)
        direction = (d - g0) / (0.5 * g0.norm())
        first, second = (G @ d).tolist()
        alone = F.cosine_similarity(G, direction[None]) > 1 - 1e-9
        if alone.any():
            ends.add(int(alone.int().argmax()))
            assert first <= second + 1e-6 if alone[0] else first >= second - 1e-6
        else:
            inside += 1
            assert first == pytest.approx(second, abs=1e-5)
    assert inside > 5 and ends == {0, 1}


def small_problem(ref, seed):
    torch.manual_seed(seed)
    net = ref.MultiTaskNet(5, 4, {"kind": 3, "size": 1})
    targets = {"kind": torch.randint(3, (8,)), "size": torch.randn(8, 1)}
    return net, torch.randn(8, 5), targets, {"kind": F.cross_entropy, "size": F.mse_loss}


def values(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def test_task_gradients_are_those_of_jacrev(ref):
    net, x, targets, loss_fns = small_problem(ref, 0)
    losses = lambda params: torch.stack(  # noqa: E731
        [f(torch.func.functional_call(net, params, x)[k], targets[k]) for k, f in loss_fns.items()]
    )
    params = dict(net.named_parameters())
    jacobian = torch.func.jacrev(losses)({k: p.detach() for k, p in params.items()})
    expected = torch.cat([j.flatten(1) for j in jacobian.values()], dim=1)
    torch.testing.assert_close(ref.task_gradients(losses(params), list(params.values())), expected)


@pytest.mark.parametrize("method", ["uniform", "uncertainty"])
def test_the_loop_is_torch_optim_on_one_loss(ref, method):
    net, x, targets, loss_fns = small_problem(ref, 1)
    ref.train_mtl(
        net, x, targets, loss_fns, torch.optim.SGD(net.parameters(), 0.1), method, 5, weight_lr=0.3
    )
    other, *_ = small_problem(ref, 1)
    s = torch.zeros(2, requires_grad=True)
    sgd = torch.optim.SGD([{"params": other.parameters()}, {"params": [s], "lr": 0.3}], lr=0.1)
    for _ in range(5):
        sgd.zero_grad()
        L = torch.stack([f(other(x)[k], targets[k]) for k, f in loss_fns.items()])
        (L.sum() if method == "uniform" else (L / (2 * s.exp()) + s / 2).sum()).backward()
        sgd.step()
    torch.testing.assert_close(values(net), values(other))


def test_without_conflict_pcgrad_takes_the_plain_step(ref):
    ends = []
    for method in ["uniform", "pcgrad"]:
        torch.manual_seed(2)
        net = ref.MultiTaskNet(5, 4, {"once": 1, "twice": 1})
        net.heads["twice"].load_state_dict(
            net.heads["once"].state_dict()
        )  # equal tasks, equal gradients
        x, y = torch.randn(8, 5), torch.randn(8, 1)
        targets, loss_fns = {"once": y, "twice": y}, {"once": F.mse_loss, "twice": F.mse_loss}
        ref.train_mtl(net, x, targets, loss_fns, torch.optim.SGD(net.parameters(), 0.1), method, 4)
        ends.append(values(net))
    torch.testing.assert_close(ends[0], ends[1])


def test_cagrad_of_radius_zero_takes_the_plain_step(ref):
    ends = []
    for method in ["uniform", "cagrad"]:
        net, x, targets, loss_fns = small_problem(ref, 2)
        ref.train_mtl(
            net, x, targets, loss_fns, torch.optim.SGD(net.parameters(), 0.1), method, 4, c=0.0
        )
        ends.append(values(net))
    torch.testing.assert_close(ends[0], ends[1])


def test_gradnorm_weights_sum_to_T_and_start_at_one(ref):
    net, x, targets, loss_fns = small_problem(ref, 3)
    sgd = torch.optim.SGD(net.parameters(), 0.1)
    weights = ref.train_mtl(net, x, targets, loss_fns, sgd, "gradnorm", 6, weight_lr=0.05)[
        "weights"
    ]
    torch.testing.assert_close(weights.sum(dim=1), torch.full((6,), 2.0))
    assert weights[0].tolist() == [1, 1] and weights[1].tolist() != [1, 1]


def test_a_third_of_the_window_is_in_conflict_and_so_is_the_pareto_set(ref):
    assert ref.first_look()["conflicting_share"] == pytest.approx(0.33, abs=0.005)
    inner = ref.pareto_set()[1:-1]
    assert (ref.valley_gradients(inner).prod(dim=-2).sum(-1) < 0).all()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9, 1.0])
def test_the_slider_leads_along_the_pareto_set(ref, share):
    numbers = ref.first_look(share=share)
    end = torch.tensor([numbers["x"], numbers["y"]])
    weighted = torch.tensor([share, 1 - share]) @ ref.valley_gradients(end)
    assert weighted.norm() < 1e-4
    assert abs(numbers["slack"]) < 1e-3  # no point of the front costs less


@pytest.mark.parametrize("seed", SEEDS)
def test_only_pcgrad_stops_where_it_came_from(ref, seed):
    numbers = ref.three_descents(seed)
    for name in ["mean", "CAGrad"]:
        assert numbers[f"{name}_from_best"] < 1e-3
    assert numbers["PCGrad_cosine"] < -0.9999  # Pareto points: the gradients are opposite
    assert numbers["PCGrad_least_apart"] > 0.1
    assert numbers["PCGrad_from_best"] > 0.05
    assert numbers["PCGrad_off_the_curve"] < 0.03  # the curve's own points are up to 0.05 apart


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loud_task(ref, seed):
    numbers = ref.loud_and_quiet(seed=seed)
    assert 82 < numbers["uniform"] < 89
    assert numbers["digits alone"] > 94.5
    assert numbers["digits alone"] - numbers["uniform"] > 7
    assert numbers["pcgrad"] < numbers["uniform"] + 5
    assert numbers["gradnorm"] > numbers["uniform"]
    assert numbers["cagrad"] > numbers["uniform"] + 5
    assert numbers["uncertainty"] > numbers["digits alone"] - 2
    assert numbers["standardised"] > 93.5
    methods = ["uniform", "pcgrad", "gradnorm", "cagrad", "uncertainty", "standardised"]
    assert all(numbers[f"{m}_mse"] < 5 for m in methods)


def test_the_copies_are_trained_as_train_mtl_trains(ref):
    """The front of weightings and the methods have one budget: the same network, steps and optimizer."""
    train, test, _ = ref.digit_halves(0)
    shares = torch.tensor([0.5, 0.2])
    torch.manual_seed(0)
    outputs = ref.train_weightings(
        ref.MultiTaskNet(64, 8, {"upper": 32, "lower": 32}), train, shares, 20, 0.015
    )
    for i, v in enumerate(shares.tolist()):
        torch.manual_seed(0)
        net = ref.MultiTaskNet(64, 8, {"upper": 32, "lower": 32})
        loss_fns = {
            "upper": lambda o, t, v=v: 2 * v * F.mse_loss(o, t),
            "lower": lambda o, t, v=v: 2 * (1 - v) * F.mse_loss(o, t),
        }
        adam = torch.optim.Adam(net.parameters(), lr=0.015)
        ref.train_mtl(net, train["x"], train, loss_fns, adam, "uniform", 20)
        for half, own in zip(outputs(test["x"]), net(test["x"]).values(), strict=True):
            torch.testing.assert_close(half[i], own, rtol=1e-3, atol=1e-4)


def test_the_exact_front_is_that_of_principal_components(ref):
    train, test, _ = ref.digit_halves(1)
    front = ref.linear_front(train, test, 8)
    scale = np.sqrt(np.repeat([0.01, 0.99], 32))
    both = [np.hstack([d["upper"].numpy(), d["lower"].numpy()]) * scale for d in (train, test)]
    pca = PCA(8).fit(both[0])
    errors = ((pca.inverse_transform(pca.transform(both[1])) - both[1]) / scale) ** 2
    assert front[:, 0].tolist() == pytest.approx(
        [errors[:, :32].mean(), errors[:, 32:].mean()], abs=1e-3
    )
    # on the digits for training no weighting of a linear encoder is better than the one made for it
    own = ref.linear_front(train, train, 8)
    for i, v in enumerate(torch.linspace(0.01, 0.99, 50)):
        costs = v * own[0] + (1 - v) * own[1]
        assert costs[i] <= costs.min() + 1e-5


def test_lead(ref):
    front = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    for point, lead in (
        ([0.5, 0.5], 0.0),
        ([0.4, 0.4], 0.1),
        ([0.8, 0.8], -0.3),
        ([0.2, 0.4], 0.2),
    ):
        assert ref.lead(front, torch.tensor(point)) == pytest.approx(lead, abs=1e-6)


def test_the_halves_are_standardised_and_can_be_put_together(ref):
    train, test, pixels = ref.digit_halves(2)
    for data in (train, test):
        assert pixels([data["upper"], data["lower"]]).shape == (len(data["x"]), 8, 8)
    for half in ("upper", "lower"):
        assert train[half].mean(dim=0).abs().max() < 1e-5
        assert train[half].square().mean().item() == pytest.approx(1, abs=1e-5)
    whole = pixels([train["upper"], train["lower"]]) * 16
    torch.testing.assert_close(whole, whole.round(), rtol=0, atol=1e-4)  # pixels are sixteenths


@pytest.mark.parametrize("seed", SEEDS)
def test_payoff(ref, seed):
    numbers = ref.two_halves(seed=seed)
    for name in ("pcgrad", "cagrad", "uncertainty", "gradnorm"):
        assert abs(numbers[f"{name}_lead"]) < 0.01
    assert numbers["upper_first"] - numbers["upper_last"] > 0.48
    assert numbers["cosine"] < -0.9
    assert numbers["mean_upper"] == pytest.approx(1, abs=0.05)
    assert numbers["mean_lower"] == pytest.approx(1, abs=0.05)
