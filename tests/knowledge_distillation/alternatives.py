"""Other correct implementations of knowledge_distillation; all of them must earn 100 %."""

import copy

import torch
import torch.nn.functional as F


def soft_targets__ratios(z, tau):
    """Each probability from its differences to all logits of the row."""
    warm = z / tau
    log_sum = warm[:, :1]
    for k in range(1, z.shape[1]):
        log_sum = torch.logaddexp(log_sum, warm[:, k : k + 1])
    return torch.exp(warm - log_sum)


def kd_loss__cross_entropy(zs, zt, y, tau, alpha):
    """Cross-entropy with the teacher minus the teacher's entropy."""
    with torch.no_grad():
        target = torch.softmax(zt / tau, 1)
        entropy = F.cross_entropy(zt / tau, target)
    soft = F.cross_entropy(zs / tau, target) - entropy
    return alpha * soft * tau * tau + F.cross_entropy(zs, y) * (1 - alpha)


def kd_grad__rows(zs, zt, tau):
    """Row by row."""
    gradient = torch.empty_like(zs)
    for b, (s, t) in enumerate(zip(zs, zt, strict=True)):
        gradient[b] = (torch.softmax(s / tau, 0) - torch.softmax(t / tau, 0)) * tau / len(zs)
    return gradient


def kd_grad_limits__rows(zs, zt):
    """Row by row, with counts of the ties."""
    B, K = zs.shape
    cold, hot = torch.zeros_like(zs), torch.empty_like(zs)
    for b in range(B):
        for sign, z in ((1, zs[b]), (-1, zt[b])):
            top = [k for k in range(K) if z[k] == z.max()]
            for k in top:
                cold[b, k] += sign / len(top) / B
        hot[b] = ((zs[b] - zs[b].mean()) - (zt[b] - zt[b].mean())) / B / K
    return cold, hot


def smooth_labels__fill(y, K, eps):
    """Filled, then one entry per row set."""
    rows = torch.full((len(y), K), eps / K)
    rows[torch.arange(len(y)), y] = 1 - eps + eps / K
    return rows


def hint_loss__convolution(Fs, Ft, Wr):
    """A convolution and the library's mean."""
    return F.mse_loss(F.conv2d(Fs, Wr[:, :, None, None]), Ft.detach())


def mutual_losses__stacked(logits, y):
    """One peer's log-probabilities against all others'."""
    logs = [z.log_softmax(1) for z in logits]
    losses = []
    for i, mine in enumerate(logs):
        others = [z.detach() for j, z in enumerate(logs) if j != i]
        kl = torch.stack([(z.exp() * (z - mine)).sum() / len(y) for z in others]).mean()
        losses.append(F.nll_loss(mine, y) + kl)
    return losses


def born_again__chain(make, fit, generations):
    """The first outside of the loop."""
    models = [make()]
    fit(models[0], None)
    while len(models) < generations:
        teacher = copy.deepcopy(models[-1])
        teacher.eval()
        for parameter in teacher.parameters():
            parameter.requires_grad = False
        student = make()
        fit(student, teacher)
        models.append(student)
    return models


def attention_transfer_loss__loops(Fs, Ft, p=2):
    """Image by image."""
    total = 0.0
    for s, t in zip(Fs, Ft.detach(), strict=True):
        a, b = (s.abs() ** p).sum(0), (t.abs() ** p).sum(0)
        total = total + (a / a.norm() - b / b.norm()).norm()
    return total / len(Fs)


def gram_loss__loops(Fs, Ft):
    """By einsum."""
    H, W = Fs.shape[2:]
    difference = torch.einsum("bihw,bjhw->bij", Fs, Fs) - torch.einsum("bihw,bjhw->bij", Ft, Ft).detach()
    return F.mse_loss(difference / (H * W), torch.zeros_like(difference))


def rkd_loss__pairs(s, t, wd=1.0, wa=2.0):
    """Over pairs and triples."""
    B = len(s)

    def tables(x):
        pairs = {(i, j): (x[i] - x[j]).norm() for i in range(B) for j in range(B) if i != j}
        mu = sum(pairs.values()) / len(pairs)
        distances = {ij: d / mu for ij, d in pairs.items()}
        cosines = {
            (i, j, k): (x[i] - x[j]) @ (x[k] - x[j]) / (pairs[i, j] * pairs[k, j])
            for i in range(B)
            for j in range(B)
            for k in range(B)
            if j not in (i, k)
        }
        return distances, cosines

    total = 0.0
    for weight, size, a, b in zip((wd, wa), (B**2, B**3), tables(s), tables(t.detach()), strict=True):
        total = total + weight * sum(F.huber_loss(a[key], b[key]) for key in a) / size
    return total


def contrastive_loss__logsumexp(s, t, tau):
    """Log of the sum of exponentials minus the diagonal."""
    t = t.detach()
    scores = (s / s.norm(dim=1, keepdim=True)) @ (t / t.norm(dim=1, keepdim=True)).T / tau
    return (torch.logsumexp(scores, 1) - scores.diagonal()).mean()
