"""The reference of fine_tuning against pair sums, torch's own modules and schedulers, autograd and closed forms."""

import collections
import math

import pytest
import torch
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def t(values):
    return torch.tensor(values, dtype=F64)


def test_nt_xent_is_the_cross_entropy_of_explicit_pairs(ref, torch_rng):
    z1, z2 = randn(torch_rng, 5, 3), randn(torch_rng, 5, 3)
    z = torch.cat([z1, z2])
    cosine = torch.cosine_similarity(z[:, None], z[None], dim=-1) / 0.3
    losses = []
    for i in range(10):
        others = [k for k in range(10) if k != i]
        target = torch.tensor(others.index((i + 5) % 10))
        losses.append(nn.functional.cross_entropy(cosine[i, others], target))
    torch.testing.assert_close(ref.nt_xent(z1, z2, 0.3), torch.stack(losses).mean())


def test_nt_xent_of_views_that_say_nothing_is_log_of_the_others(ref):
    same = t([[0.6, 0.8]]).expand(7, 2)
    assert ref.nt_xent(same, same, 0.1).item() == pytest.approx(math.log(13))


def test_nt_xent_by_hand(ref):
    eye = torch.eye(2, dtype=F64)
    worked(ref, "nt_xent", r"$\ell=\log(e+2)-1=0.551$", [2, -1, ref.nt_xent(eye, eye, 1.0)])
    worked(ref, "nt_xent", r"$\log(e+3)-1=0.744$", [3, -1, math.log(math.e + 3) - 1])
    worked(ref, "nt_xent", r"$\log3=1.099$", [3, math.log(3)])
    torch.testing.assert_close(ref.nt_xent(eye, 5 * eye, 1.0), ref.nt_xent(eye, eye, 1.0))


def test_rates_are_those_of_ulmfit(ref):
    """Halving layer by layer, and the paper's factor."""
    rates = ref.discriminative_lrs(0.01, 3)
    torch.testing.assert_close(rates[1:] / rates[:-1], torch.full((3,), 2.6, dtype=F64))
    assert rates[-1] == 0.01
    worked(ref, "trainable_mask", "(0.25, 0.5, 1)", ref.discriminative_lrs(1.0, 2, 2.0))


def test_gradual_unfreezing_adds_one_layer_per_epoch(ref):
    counts = [int(ref.trainable_mask(4, epoch, "gradual").sum()) for epoch in range(7)]
    assert counts == [1, 2, 3, 4, 5, 5, 5]
    assert ref.trainable_mask(4, 1, "gradual").tolist() == [False, False, False, True, True]
    assert (
        ref.trainable_mask(3, 0, "freeze-bottom", 3).tolist()
        == ref.trainable_mask(3, 0, "probe").tolist()
    )


def test_what_is_frozen_does_not_move(ref, torch_rng):
    torch.manual_seed(0)
    layers = [nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)), nn.Linear(3, 2)]
    ref.apply_freeze(layers, torch.tensor([False, True]))
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    model(randn(torch_rng, 8, 4).float()).square().sum().backward()
    optimizer.step()
    moved = {
        name for name, value in model.state_dict().items() if not torch.equal(value, kept[name])
    }
    assert moved == {"1.weight", "1.bias"}


@pytest.mark.parametrize("warm", [0, 3])
def test_schedule_is_that_of_torch(ref, warm):
    """Two of torch's schedulers in sequence: they warm up from almost 0, and then fall to 0."""
    total = 11
    for kind in ("linear", "cosine"):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
        schedulers = torch.optim.lr_scheduler
        down = (
            schedulers.CosineAnnealingLR(optimizer, total - warm)
            if kind == "cosine"
            else schedulers.LinearLR(optimizer, 1.0, 0.0, total - warm)
        )
        rates = []
        for _ in range(total - warm):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            down.step()
        mine = [ref.lr_schedule(step, warm, total, kind) for step in range(warm, total)]
        assert mine == pytest.approx(rates)
        assert [ref.lr_schedule(step, warm, total, kind) for step in range(warm)] == pytest.approx(
            [step / 3 for step in range(warm)]
        )


def test_schedule_by_hand(ref):
    worked(ref, "lr_schedule", "Step 1: $0.5$", [1, ref.lr_schedule(1, 2, 10, "linear")])
    worked(
        ref,
        "lr_schedule",
        "linear $0.75$, cosine $0.854$",
        [ref.lr_schedule(4, 2, 10, kind) for kind in ("linear", "cosine")],
    )


def test_fisher_is_minus_the_expected_hessian(ref, torch_rng):
    """For logits that are linear in the parameters, the exact Fisher is the Hessian of the loss, whatever the label."""
    weight, x = randn(torch_rng, 3, 2), randn(torch_rng, 4, 2)

    def log_probs(theta, row):
        return (theta.view(3, 2) @ row).log_softmax(0)

    theta = weight.flatten()
    scores = torch.stack(
        [torch.autograd.functional.jacobian(lambda v, r=r: log_probs(v, r), theta) for r in x]
    )
    hessian = torch.autograd.functional.hessian(
        lambda v: -torch.stack([log_probs(v, r)[0] for r in x]).mean(), theta
    )
    fisher = ref.diag_fisher(scores, (x @ weight.T).softmax(1))
    torch.testing.assert_close(fisher, hessian.diagonal())


def test_penalty_is_the_quadratic_form_of_its_hessian(ref, torch_rng):
    theta, theta0, fisher = randn(torch_rng, 4), randn(torch_rng, 4), randn(torch_rng, 4) ** 2
    hessian = torch.autograd.functional.hessian(
        lambda v: ref.ewc_penalty(v, theta0, fisher, 1.7), theta
    )
    torch.testing.assert_close(hessian, torch.diag(1.7 * fisher))
    ones = torch.ones(4, dtype=F64)
    l2_sp = 0.85 * nn.functional.mse_loss(theta, theta0, reduction="sum")
    torch.testing.assert_close(ref.ewc_penalty(theta, theta0, ones, 1.7), l2_sp)


def test_fisher_and_penalty_by_hand(ref):
    fisher = ref.diag_fisher(t([[[0.5], [-2.0]]]), t([[0.8, 0.2]]))
    worked(ref, "ewc_penalty", r"$F=0.8\cdot0.25+0.2\cdot4=1$", [0.8, 0.25, 0.2, 4, fisher])
    zero, F = t([0.0, 0.0]), t([4.0, 1.0])
    worked(
        ref,
        "ewc_penalty",
        r"$\Omega=\frac12(4+4)=4$",
        [0.5, 4, 4, ref.ewc_penalty(t([1.0, 2.0]), zero, F, 1.0)],
    )
    worked(
        ref,
        "ewc_penalty",
        r"$\frac12(16+1)=8.5$",
        [0.5, 16, 1, ref.ewc_penalty(t([2.0, 1.0]), zero, F, 1.0)],
    )
    ones = torch.ones(2, dtype=F64)
    worked(
        ref, "ewc_penalty", "L2-SP charges $2.5$", ref.ewc_penalty(t([2.0, 1.0]), zero, ones, 1.0)
    )


def test_merged_matrix_does_what_the_layer_does(ref, torch_rng):
    x, W0, A, Bm = (randn(torch_rng, *s) for s in [(2, 5), (4, 5), (3, 5), (4, 3)])
    merged = nn.functional.linear(x, ref.merge(W0, A, Bm, 0.7))
    torch.testing.assert_close(ref.lora_linear(x, W0, A, Bm, 0.7), merged)
    update = ref.merge(W0, A, Bm, 0.7) - W0
    assert torch.linalg.matrix_rank(update) == 3
    torch.testing.assert_close(
        ref.merge(ref.merge(W0, A, Bm, 0.7), A, Bm, -0.7), W0
    )  # taken off again


def test_lora_gradients_are_the_formulas_of_the_text(ref, torch_rng):
    x, W0, g = randn(torch_rng, 6, 5), randn(torch_rng, 4, 5), randn(torch_rng, 6, 4)
    A, Bm = randn(torch_rng, 2, 5).requires_grad_(), randn(torch_rng, 4, 2).requires_grad_()
    (g * ref.lora_linear(x, W0, A, Bm, 0.3)).sum().backward()
    torch.testing.assert_close(Bm.grad, (0.3 * g.T @ (x @ A.T)).detach())
    torch.testing.assert_close(A.grad, (0.3 * Bm.T @ g.T @ x).detach())


def test_start_keeps_the_layer_and_the_waist_at_its_size(ref, torch_rng):
    x, W0 = randn(torch_rng, 300, 50), randn(torch_rng, 4, 50)
    A, Bm = ref.lora_init(randn(torch_rng, 8, 50), 4)
    torch.testing.assert_close(ref.lora_linear(x, W0, A, Bm, 2.0), x @ W0.T)
    assert 0.85 < (x @ A.T).std() < 1.15


def test_lora_by_hand(ref):
    W0, A, Bm = t([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), t([[1.0, -1.0]]), t([[1.0], [0.0], [2.0]])
    worked(
        ref, "lora_linear", "together $(4,1,6)$", ref.lora_linear(t([[3.0, 1.0]]), W0, A, Bm, 0.5)
    )
    worked(ref, "lora_linear", "the rows are $(1.5,-0.5),(0,1),(2,0)$", ref.merge(W0, A, Bm, 0.5))
    start, _ = ref.lora_init(t([[2.0, -4.0, 6.0, 8.0]]), 3)
    worked(ref, "lora_linear", "$A=(1,-2,3,4)$", start)


def test_sizes_in_the_text(ref):
    parameters = sum(math.prod(shape) for shape in ref.SHAPES)
    worked(ref, "lora_linear", "Our networks have 8,645 parameters", [8, 645])
    assert parameters == 8645
    thin = sum(4 * sum(shape) for shape in ref.SHAPES if len(shape) == 2)
    worked(ref, "lora_linear", r"makes $4(128+128+69)=1{,}300$", [4, 128, 128, 69, 1, 300])
    assert thin == 1300


def test_accumulated_gradient_is_that_of_the_whole_batch(ref, torch_rng):
    rows = randn(torch_rng, 7, 4)
    micro = torch.stack([part.mean(0) for part in rows.split(3)])
    sizes = torch.tensor([3, 3, 1])
    torch.testing.assert_close(ref.accumulate(micro, sizes, 1e6), rows.mean(0))
    assert ref.accumulate(0 * micro, sizes, 1.0).tolist() == [0.0] * 4
    parameter = nn.Parameter(torch.zeros(4, dtype=F64))
    parameter.grad = rows.mean(0)
    nn.utils.clip_grad_norm_([parameter], 0.1)
    torch.testing.assert_close(ref.accumulate(micro, sizes, 0.1), parameter.grad, rtol=1e-4, atol=0)


def test_accumulation_by_hand(ref):
    micro, sizes = t([[2.0, 0.0], [0.0, 8.0]]), torch.tensor([3, 1])
    whole = ref.accumulate(micro, sizes, 10.0)
    worked(ref, "accumulate", "$g=(1.5,2)$, of norm $2.5$", [whole, whole.norm()])
    worked(ref, "accumulate", "$(0.6,0.8)$", ref.accumulate(micro, sizes, 1.0))
    worked(ref, "accumulate", "$(0.75,0.25)$", (sizes / 4).to(F64) @ torch.eye(2, dtype=F64))


def test_slow_encoder_is_torchs_moving_average(ref, torch_rng):
    fast = nn.Linear(3, 2, dtype=F64)
    slow = torch.optim.swa_utils.AveragedModel(
        fast, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)
    )
    k = fast.weight.detach().clone()
    slow.update_parameters(fast)
    for _ in range(4):
        fast.weight.data += randn(torch_rng, 2, 3)
        slow.update_parameters(fast)
        k = ref.momentum_update(k, fast.weight, 0.9)
    torch.testing.assert_close(k, slow.module.weight.detach())


def test_ring_holds_the_last_keys(ref, torch_rng):
    queue, last = ref.KeyQueue(torch.zeros(2, 7, dtype=F64)), collections.deque(maxlen=7)
    for n in (3, 7, 2, 5, 1, 6):
        keys = randn(torch_rng, n, 2)
        queue.push(keys)
        last.extend(keys)
    in_order = queue.keys.roll(-queue.pointer, 1)  # the oldest is written over next
    torch.testing.assert_close(in_order.T, torch.stack(list(last)))


def test_moco_loss_is_info_nce_over_a_list(ref, torch_rng):
    q, k, old = (nn.functional.normalize(randn(torch_rng, n, 4), dim=1) for n in (3, 3, 6))
    loss = nn.functional.cross_entropy(
        ref.moco_logits(q, k, old.T, 0.2), torch.zeros(3, dtype=torch.int64)
    )
    terms = [
        -math.log(math.exp(q[i] @ k[i] / 0.2) / sum(math.exp(q[i] @ c / 0.2) for c in [k[i], *old]))
        for i in range(3)
    ]
    assert loss.item() == pytest.approx(sum(terms) / 3)
    queue = ref.KeyQueue(old.T)
    torch.testing.assert_close(ref.moco_step(q, k, queue, 0.2), ref.moco_logits(q, k, old.T, 0.2))
    torch.testing.assert_close(queue.keys[:, :3].T, k)


def test_moco_by_hand(ref):
    worked(ref, "moco", r"$\theta_q=2$: $1.1$", [2, ref.momentum_update(t([1.0]), t([2.0]), 0.9)])
    queue = ref.KeyQueue(torch.zeros(1, 5, dtype=F64))
    queue.push(torch.zeros(3, 1, dtype=F64))
    queue.push(t([[1.0], [2.0], [3.0]]))
    worked(ref, "moco", "columns $3,4,0$", [int((queue.keys[0] == v).nonzero()) for v in (1, 2, 3)])
    worked(ref, "moco", "the pointer moves to 1", queue.pointer)
    logits = ref.moco_logits(t([[0.6, 0.8]]), t([[1.0, 0.0]]), t([[0.0, -1.0], [1.0, 0.0]]), 0.5)
    worked(ref, "moco", "logits $(1.2,1.6,-1.2)$", logits)


def test_adapter_is_made_of_torchs_modules(ref, torch_rng):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(5, 2, dtype=F64), nn.ReLU(), nn.Linear(2, 5, dtype=F64))
    h, weights = randn(torch_rng, 3, 5), [p.detach() for p in net.parameters()]
    torch.testing.assert_close(ref.adapter(h, *weights), (h + net(h)).detach())
    assert ref.adapter_size(5, 2) == sum(p.numel() for p in net.parameters())


def test_adapter_by_hand(ref):
    h, Wu, zero = t([[1.0, 2.0]]), t([[1.0], [-1.0]]), torch.zeros(2, dtype=F64)
    open_ = ref.adapter(h, t([[1.0, 1.0]]), zero[:1], Wu, zero)
    worked(ref, "adapter", "the output is $(4,-1)$", open_)
    closed = ref.adapter(h, t([[1.0, -1.0]]), zero[:1], Wu, zero)
    worked(ref, "adapter", "$h$ stays $(1,2)$", closed)
    worked(ref, "adapter", "$1096$ parameters", ref.adapter_size(64, 8))


def test_mixed_batches_follow_the_hypergeometric_law(ref):
    """How many of three marked new examples are in a batch of four from seven."""
    generator, n = torch.Generator().manual_seed(0), 20_000
    hits = torch.zeros(4)
    for _ in range(n):
        new, old = ref.replay_batch(7, 5, 6, 0.4, generator)
        assert len(new) == 4
        assert len(set(old.tolist())) == 2
        hits[int((new < 3).sum())] += 1
    law = torch.tensor([math.comb(3, k) * math.comb(4, 4 - k) / math.comb(7, 4) for k in range(4)])
    assert ((hits / n - law).abs() < 5 * (law * (1 - law) / n).sqrt()).all()


def test_replay_by_hand(ref):
    new, old = ref.replay_batch(50, 20, 8, 0.3, torch.Generator().manual_seed(0))
    worked(ref, "replay_batch", "=2$ from the buffer, 6 new", [len(old), len(new)])
    new, old = ref.replay_batch(50, 1, 8, 0.3, torch.Generator().manual_seed(0))
    worked(ref, "replay_batch", "1 and 7", [len(old), len(new)])
