"""Other correct implementations of transfer_learning; all of them must earn 100 %."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def transfer_setting__table(same_domain, same_task, source_labels, target_labels):
    """All rows with a name of their own, in a table."""
    rows = {}
    for domain in (True, False):
        for source in (True, False):
            rows[domain, False, source, True] = "inductive"
        for task in (True, False):
            if not (domain and task):
                rows[domain, task, False, False] = "unsupervised"
    rows[False, True, True, False] = "transductive"
    return rows.get((bool(same_domain), bool(same_task), bool(source_labels), bool(target_labels)), "none")


def transfer_setting__chain(same_domain, same_task, source_labels, target_labels):
    """One chain of conditions."""
    differs = not (same_domain and same_task)
    if differs and not (source_labels or target_labels):
        return "unsupervised"
    elif differs and not same_task and target_labels:
        return "inductive"
    elif differs and same_task and source_labels and not target_labels:
        return "transductive"
    else:
        return "none"


def rbf_kernel__loops(x, y, gamma):
    """Entry by entry."""
    rows = [torch.stack([(-gamma * ((a - b) ** 2).sum()).exp() for b in y]) for a in x]
    return torch.stack(rows)


def mmd2__loops(xs, xt, gamma, unbiased):
    """Pair by pair."""
    if unbiased and (xs.shape[0] == 1 or xt.shape[0] == 1):
        raise ValueError("two points at least")

    def k(a, b):
        return torch.exp(-gamma * (a - b).pow(2).sum())

    def within(z):
        values = [k(a, b) for i, a in enumerate(z) for j, b in enumerate(z) if i != j or not unbiased]
        return sum(values) / len(values)

    across = sum(k(a, b) for a in xs for b in xt) / (len(xs) * len(xt))
    return within(xs) - 2 * across + within(xt)


def rbf_kernel__pooled(x, y, gamma):
    """By einsum over differences."""
    difference = x.unsqueeze(1) - y.unsqueeze(0)
    return torch.exp(torch.einsum("ijk,ijk->ij", difference, difference).mul(-gamma))


def mmd2__pooled(xs, xt, gamma, unbiased):
    """One kernel of the pooled sample and one matrix of weights, as in the picture."""
    n, m = xs.shape[0], xt.shape[0]
    if unbiased and min(n, m) < 2:
        raise ValueError("the unbiased estimate needs pairs")
    pooled = torch.cat([xs, xt])
    weights = torch.full((n + m, n + m), -1 / (n * m), dtype=xs.dtype)
    weights[:n, :n] = 1 / (n * (n - 1) if unbiased else n * n)
    weights[n:, n:] = 1 / (m * (m - 1) if unbiased else m * m)
    if unbiased:
        weights.fill_diagonal_(0)
    return (weights * rbf_kernel__pooled(pooled, pooled, gamma)).sum()


def labels_needed__loops(n_labels, acc, target_acc):
    """Point by point, with natural logarithms."""
    previous = None
    for n, a in zip(n_labels.tolist(), acc.tolist(), strict=True):
        if a >= target_acc:
            if previous is None:
                return float(n)
            below, reached = previous
            return below * (n / below) ** ((target_acc - reached) / (a - reached))
        previous = n, a
    return float("inf")


def transfer_report__loops(n_labels, acc_scratch, acc_transfer, target_acc):
    """Case by case."""
    gain = np.array([t - s for s, t in zip(acc_scratch, acc_transfer, strict=True)])
    scratch = labels_needed__loops(n_labels, acc_scratch, target_acc)
    transfer = labels_needed__loops(n_labels, acc_transfer, target_acc)
    if math.isinf(scratch) and math.isinf(transfer):
        factor = float("nan")
    elif math.isinf(transfer):
        factor = 0.0
    else:
        factor = scratch / transfer
    return gain, np.less(acc_transfer, acc_scratch), factor


def labels_needed__interp(n_labels, acc, target_acc):
    """np.interp between the two points alone."""
    hits = acc >= target_acc
    if not hits.any():
        return math.inf
    i = int(hits.argmax())
    if i == 0:
        return n_labels[0].item() * 1.0
    return float(10.0 ** np.interp(target_acc, acc[i - 1 : i + 1], np.log10(n_labels[i - 1 : i + 1])))


def transfer_report__interp(n_labels, acc_scratch, acc_transfer, target_acc):
    """With numpy's division of infinities."""
    need = [labels_needed__interp(n_labels, acc, target_acc) for acc in (acc_scratch, acc_transfer)]
    with np.errstate(all="ignore"):
        factor = np.divide(*np.array(need, dtype=float))
    return np.subtract(acc_transfer, acc_scratch), acc_transfer < acc_scratch, float(factor)


def transfer_param_groups__two_walks(layers, n_frozen, base_lr, decay):
    """Owners first, flags next, groups last; rates from the top."""
    if n_frozen < 0 or n_frozen > len(layers):
        raise ValueError("no such number of layers")
    owner = {}
    for i, layer in enumerate(layers):
        for p in layer.parameters():
            owner.setdefault(p, i)
    for p, i in owner.items():
        p.requires_grad = i >= n_frozen
    groups, rate = [], base_lr
    for i in range(len(layers) - 1, n_frozen - 1, -1):
        own = [p for p, j in owner.items() if j == i]
        if own:
            groups.insert(0, {"params": own, "lr": rate})
        rate = rate * decay
    return groups


def l2_sp_penalty__flat(params, pretrained, alpha, beta):
    """Two long vectors and their dot products."""
    old = [(p - pretrained[name].detach()).reshape(-1) for name, p in params.items() if name in pretrained]
    new = [p.reshape(-1) for name, p in params.items() if name not in pretrained]
    parts = [0.5 * s * torch.cat(vectors).dot(torch.cat(vectors)) for s, vectors in ((alpha, old), (beta, new)) if vectors]
    return sum(parts)


def l2_sp_penalty__targets(params, pretrained, alpha, beta):
    """A target and a strength for every name."""
    with torch.no_grad():
        home = {name: pretrained[name].clone() if name in pretrained else torch.zeros_like(p) for name, p in params.items()}
    terms = [
        (alpha if name in pretrained else beta) / 2 * ((p - home[name]) ** 2).sum() for name, p in params.items()
    ]
    return torch.stack(terms).sum()


def da_loss__by_hand(logits_s, y_s, feat_s, feat_t, lam, gamma):
    """Cross-entropy by logsumexp, MMD by distances."""

    def mean_kernel(a, b):
        return torch.exp(-gamma * ((a[:, None, :] - b[None, :, :]) ** 2).sum(2)).mean()

    chosen = logits_s.gather(1, y_s[:, None]).squeeze(1)
    ce = (torch.logsumexp(logits_s, 1) - chosen).mean()
    mmd = mean_kernel(feat_s, feat_s) + mean_kernel(feat_t, feat_t) - 2 * mean_kernel(feat_s, feat_t)
    return torch.add(ce, mmd, alpha=lam), ce, mmd


def proxy_a_distance__branch(domain_error):
    """By a branch."""
    if domain_error >= 0.5:
        return 0.0
    return 2.0 - 4.0 * domain_error


def ben_david_bound__branch(eps_s, d, lam_star):
    """By a sum."""
    return sum([eps_s, 0.5 * d, lam_star])


def train_with_mmd__closures(feat, clf, Xs, ys, Xu, Xl, yl, src_idx, tgt_idx, ft_steps, lam, gamma, lr):
    """One loop for both stages; the loss is a function; features of both domains in one pass."""
    net = torch.nn.ModuleList([feat, clf])

    def mean_kernel(a, b):
        return (-gamma * (a[:, None] - b[None]).pow(2).sum(-1)).exp().mean()

    def aligned(step):
        rows, others = src_idx[step], tgt_idx[step]
        h = feat(torch.cat([Xs[rows], Xu[others]]))
        h_s, h_t = h[: len(rows)], h[len(rows) :]
        ce = F.cross_entropy(clf(h_s), ys[rows])
        mmd = mean_kernel(h_s, h_s) + mean_kernel(h_t, h_t) - 2 * mean_kernel(h_s, h_t)
        return {"total": ce + lam * mmd, "ce": ce, "mmd2": mmd}

    def labelled(step):
        return {"fine_tune": F.cross_entropy(clf(feat(Xl)), yl)}

    history = {name: [] for name in ("total", "ce", "mmd2", "fine_tune")}
    for stage, steps in ((aligned, src_idx.shape[0]), (labelled, ft_steps)):
        optimizer = torch.optim.Adam(net.parameters(), lr=lr)
        for step in range(steps):
            net.zero_grad()
            found = stage(step)
            for name, value in found.items():
                history[name].append(float(value.detach()))
            next(iter(found.values())).backward()
            optimizer.step()
    return history
