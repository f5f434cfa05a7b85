"""The reference of knowledge_distillation against torch's losses, autograd, loops and closed forms."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def test_soft_targets_by_hand_and_torchs(ref, torch_rng):
    z = torch.tensor([[5.0, 3, 1]], dtype=F64)
    worked(ref, "soft_targets", "$(0.867,0.117,0.016)$", ref.soft_targets(z, 1))
    worked(ref, "soft_targets", "$(0.563,0.289,0.148)$", ref.soft_targets(z, 3))
    worked(ref, "soft_targets", "$e^{-2}=0.135$", [math.exp(-2)])
    worked(ref, "soft_targets", "$e^{-4}=0.018$", [math.exp(-4)])
    worked(ref, "soft_targets", "=0.513$", [math.exp(-2 / 3)])
    worked(ref, "soft_targets", "=0.264$", [math.exp(-4 / 3)])
    z = 300 * randn(torch_rng, 4, 7)
    for tau in (0.3, 2):
        torch.testing.assert_close(ref.soft_targets(z, tau), torch.softmax(z / tau, -1))


def test_hot_targets_are_linear_in_the_logits(ref, torch_rng):
    z = randn(torch_rng, 3, 5)
    hot = 1 / 5 + (z - z.mean(-1, keepdim=True)) / (5 * 1e4)
    torch.testing.assert_close(ref.soft_targets(z, 1e4), hot, rtol=0, atol=1e-8)


@pytest.mark.parametrize("tau", [1.0, 4.0])
def test_loss_is_torchs(ref, torch_rng, tau):
    zs, zt, y = randn(torch_rng, 3, 7), randn(torch_rng, 3, 7), torch.tensor([2, 0, 6])
    kl = nn.KLDivLoss(reduction="batchmean")((zs / tau).log_softmax(-1), (zt / tau).softmax(-1))
    expected = 0.9 * tau**2 * kl + 0.1 * F.cross_entropy(zs, y)
    torch.testing.assert_close(ref.kd_loss(zs, zt, y, tau, 0.9), expected)


def test_loss_by_hand_and_at_1000(ref):
    zs, zt, y = (
        torch.zeros(1, 2, dtype=F64),
        torch.tensor([[3.0, 1]], dtype=F64).log(),
        torch.tensor([0]),
    )
    kl = ref.kd_loss(zs, zt, y, 1.0, 1.0)
    worked(ref, "kd_loss", "=0.131$;", [kl])
    worked(ref, "kd_loss", r"$\mathrm{CE}=\log2=0.693$", [2, ref.kd_loss(zs, zt, y, 1.0, 0.0)])
    worked(ref, "kd_loss", "is $0.412$", [ref.kd_loss(zs, zt, y, 1.0, 0.5)])
    worked(ref, "kd_loss", "$p^T=(0.634,0.366)$", torch.softmax(zt / 2, -1))
    warm = ref.kd_loss(zs, zt, y, 2.0, 1.0)
    worked(ref, "kd_loss", r"$\mathrm{KL}=0.036$", [warm / 4])
    worked(ref, "kd_loss", r"\mathrm{KL}=0.145$", [warm])
    assert kl.item() == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5))
    far = torch.tensor([[1000.0, -1000.0]])
    assert ref.kd_loss(-far, far, y, 1.0, 1.0).item() == pytest.approx(2000)


def test_gradient_is_autograds_and_tends_to_its_limits(ref, torch_rng):
    zs, zt = (randn(torch_rng, 3, 7).requires_grad_() for _ in range(2))
    y = torch.zeros(3).long()
    for tau in (0.7, 4.0):
        zs.grad = None
        ref.kd_loss(zs, zt, y, tau, 1.0).backward()
        torch.testing.assert_close(ref.kd_grad(zs.detach(), zt.detach(), tau), zs.grad)
    assert zt.grad is None
    zs, zt = zs.detach(), zt.detach()
    zt[0, 2] = zt[0, 5] = zt.max() + 1  # a tie
    cold, hot = ref.kd_grad_limits(zs, zt)
    torch.testing.assert_close(ref.kd_grad(zs, zt, 1e6), hot, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(ref.kd_grad(zs, zt, 1e-4) / 1e-4, cold, rtol=1e-6, atol=1e-9)


def test_gradient_by_hand(ref):
    zs, zt = torch.zeros(1, 2, dtype=F64), torch.tensor([[3.0, 1]], dtype=F64).log()
    cold, hot = ref.kd_grad_limits(zs, zt)
    worked(ref, "kd_grad", "the gradient is $(-0.25,0.25)$", ref.kd_grad(zs, zt, 1.0))
    worked(ref, "kd_grad", "it is $(-0.275,0.275)$", hot)
    worked(ref, "kd_grad", "=(-0.5,0.5)$", cold)


def test_smoothed_label_by_hand(ref):
    row = ref.smooth_labels(torch.tensor([1]), 4, 0.2)
    worked(ref, "smooth_labels", "$(0.05,0.85,0.05,0.05)$", row)


def test_smoothed_cross_entropy_is_torchs(ref, torch_rng):
    z, y = randn(torch_rng, 5, 4), torch.tensor([0, 3, 3, 1, 2])
    ours = -(ref.smooth_labels(y, 4, 0.2).double() * z.log_softmax(-1)).sum(-1).mean()
    torch.testing.assert_close(
        ours, F.cross_entropy(z, y, label_smoothing=0.2), rtol=1e-6, atol=1e-6
    )


def test_hint_by_hand(ref):
    Fs, Ft = torch.tensor([1.0, 2]).view(1, 2, 1, 1), torch.full((1, 2, 1, 1), 2.0)
    loss = ref.hint_loss(Fs, Ft, torch.tensor([[3.0, 1], [0, 1]]))
    worked(ref, "hint_loss", "(3^2+0^2)=4.5$", [3, 0, loss])


def test_hint_is_a_convolution(ref, torch_rng):
    Fs, Ft, W = randn(torch_rng, 2, 3, 4, 6), randn(torch_rng, 2, 5, 4, 6), randn(torch_rng, 5, 3)
    torch.testing.assert_close(
        ref.hint_loss(Fs, Ft, W), F.mse_loss(F.conv2d(Fs, W[..., None, None]), Ft)
    )


def test_peers_by_hand_and_apart(ref):
    logits = [torch.tensor([[a, 0.0]], requires_grad=True) for a in (0.0, math.log(3), math.log(3))]
    losses = ref.mutual_losses(logits, torch.tensor([0]))
    worked(ref, "mutual_losses", "(0.131+0.131)=0.824$", [kl := 0.130812, kl, losses[0].item()])
    worked(ref, "mutual_losses", "(0.144+0)=0.360$", [-math.log(0.75) / 2, 0, losses[1].item()])
    worked(ref, "mutual_losses", "=0.288$", [-math.log(0.75)])
    losses[0].backward()
    assert logits[0].grad is not None and logits[1].grad is None and logits[2].grad is None


def test_generations_have_frozen_copies(ref):
    seen = []

    def fit(student, teacher):
        seen.append(teacher)
        with torch.no_grad():
            student.weight += 1 if teacher is None else teacher.weight

    models = ref.born_again(lambda: nn.Linear(1, 1), fit, 3)
    assert seen[0] is None and len(models) == 3
    for model, teacher in zip(models, seen[1:], strict=False):
        assert teacher is not model and torch.equal(teacher.weight, model.weight)
        assert not teacher.training and not teacher.weight.requires_grad
        assert model.training and model.weight.requires_grad


def test_maps_and_grams_by_loops(ref, torch_rng):
    Fs, Ft = randn(torch_rng, 2, 3, 4, 6), randn(torch_rng, 2, 5, 4, 6)
    for p in (2, 3):
        total = 0.0
        for s, t in zip(Fs, Ft, strict=True):
            a, b = ((abs(x) ** p).sum(0) for x in (s, t))
            total += (a / a.norm() - b / b.norm()).norm().item() / 2
        assert ref.attention_transfer_loss(Fs, Ft, p).item() == pytest.approx(total)
    Gs, Gt = (torch.einsum("bihw,bjhw->bij", x, x) / 24 for x in (Fs, Ft[:, :3]))
    torch.testing.assert_close(ref.gram_loss(Fs, Ft[:, :3]), F.mse_loss(Gs, Gt))


def test_maps_and_grams_by_hand(ref):
    a, b = torch.tensor([3.0, 4]).view(1, 1, 1, 2), torch.tensor([4.0, 3]).view(1, 1, 1, 2)
    worked(ref, "attention_transfer_loss", "=0.283$", [ref.attention_transfer_loss(a, b, 1)])
    Fs, Ft = torch.tensor([[[1.0, 0], [1, 2]], [[1, 0], [0, 1]]]).view(2, 1, 2, 1, 2)
    worked(ref, "attention_transfer_loss", "$L_G=4.5/4=1.125$", [4.5 / 4, ref.gram_loss(Fs, Ft)])


def test_relations_by_hand(ref):
    t = torch.tensor([[0.0, 0], [3, 0], [0, 4]], dtype=F64)
    s = torch.tensor([[0.0, 0], [1, 0], [0.5, 0.75**0.5]], dtype=F64)
    worked(ref, "rkd_loss", "/9=0.0139$", [9, ref.rkd_loss(s, t, 1.0, 0.0)])
    worked(ref, "rkd_loss", "/27=0.0130$", [27, ref.rkd_loss(s, t, 0.0, 1.0)])
    worked(ref, "rkd_loss", "the loss is $0.0398$", [ref.rkd_loss(s, t)])


def test_relations_by_loops_and_invariance(ref, torch_rng):
    s, t = randn(torch_rng, 5, 3).requires_grad_(), randn(torch_rng, 5, 4)

    def huber(a, b):
        return (a - b) ** 2 / 2 if abs(a - b) <= 1 else abs(a - b) - 0.5

    def psi(x):
        d = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
        return d / (d.sum() / 20)

    def cosine(x, i, j, k):
        return 0.0 if j in (i, k) else F.cosine_similarity(x[i] - x[j], x[k] - x[j], dim=0).item()

    x, B = s.detach(), range(5)
    a, b = psi(x), psi(t)
    distances = sum(huber(a[i, j].item(), b[i, j].item()) for i in B for j in B) / 25
    angles = (
        sum(huber(cosine(x, i, j, k), cosine(t, i, j, k)) for i in B for j in B for k in B) / 125
    )
    assert ref.rkd_loss(s, t, 1.5, 0.0).item() == pytest.approx(1.5 * distances)
    assert ref.rkd_loss(s, t, 0.0, 2.0).item() == pytest.approx(2 * angles)
    assert ref.rkd_loss(t * 10 + 3, t).item() == pytest.approx(0, abs=1e-20)
    ref.rkd_loss(s, t).backward()
    assert torch.isfinite(s.grad).all()


def test_contrast_by_hand_and_by_loops(ref, torch_rng):
    eye = torch.eye(2, dtype=F64)
    right, swapped = (ref.contrastive_loss(3 * eye, t, 1.0) for t in (eye, eye.flip(0)))
    worked(ref, "contrastive_loss", "=0.313$", [right])
    worked(ref, "contrastive_loss", "=1.313$", [swapped])
    s, t = randn(torch_rng, 4, 3), randn(torch_rng, 4, 3)
    total = 0.0
    for i in range(4):
        row = torch.stack([F.cosine_similarity(s[i], t[j], dim=0) for j in range(4)]) / 0.3
        total += (row.logsumexp(0) - row[i]).item() / 4
    assert ref.contrastive_loss(s, t, 0.3).item() == pytest.approx(total)
