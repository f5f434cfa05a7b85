"""Other correct implementations of neural_recommenders; all of them must earn 100 %."""

import math

import numpy as np
import torch


def embedding_backward__one_hot(ids, dE, vocab, padding_idx=None):
    """The product with one-hot vectors that the text derives."""
    hot = torch.eye(vocab, dtype=dE.dtype)[ids]
    if padding_idx is not None:
        hot[..., padding_idx] = 0
    return torch.einsum("blv,bld->vd", hot, dE)


def embedding_backward__loops(ids, dE, vocab, padding_idx=None):
    """Position by position."""
    rows = torch.zeros((vocab, dE.size(2)), dtype=dE.dtype)
    for b in range(ids.size(0)):
        for position in range(ids.size(1)):
            if ids[b, position].item() != padding_idx:
                rows[ids[b, position]] += dE[b, position]
    return rows


def masked_mean_pool__fill(E, ids, pad=0):
    """Fill, sum, divide where something is there."""
    padding = ids.eq(pad).unsqueeze(-1)
    total, count = E.masked_fill(padding, 0.0).sum(dim=1), (~padding).sum(dim=1)
    return torch.where(count > 0, total / torch.maximum(count, torch.ones_like(count)), torch.zeros_like(total))


def masked_mean_pool__loops(E, ids, pad=0):
    """Visitor by visitor."""
    means = []
    for vectors, row in zip(E, ids, strict=True):
        there = vectors[row != pad]
        means.append(there.mean(0) if len(there) else torch.zeros_like(vectors[0]))
    return torch.stack(means)


def mlp_interaction__halves(p, q, W1, b1, w2):
    """Each half of the weight for itself."""
    d = p.shape[1]
    pre = torch.einsum("bd,hd->bh", p, W1[:, :d]) + torch.einsum("bd,hd->bh", q, W1[:, d:]) + b1
    return (pre.clamp(min=0) * w2).sum(dim=1)


def neumf_forward__parts(u, i, params):
    """The head applied to each path for itself."""
    d = params["P_gmf"].shape[1]
    x = torch.cat([params["P_mlp"].index_select(0, u), params["Q_mlp"].index_select(0, i)], dim=1)
    for weight, bias in params["layers"]:
        x = torch.nn.functional.relu(torch.nn.functional.linear(x, weight, bias))
    logit = (params["P_gmf"][u] * params["Q_gmf"][i] * params["head"][:d]).sum(1) + x.mv(params["head"][d:])
    return 1 / (1 + torch.exp(-(logit + params["bias"])))


def sample_negatives__search(users, seen, weight, noise):
    """A search in the running totals."""
    allowed = (~seen).to(weight.dtype)[users] * weight
    totals = torch.cumsum(allowed, dim=-1)
    if bool((totals[:, -1] <= 0).any()):
        raise ValueError("nothing left")
    return torch.searchsorted(totals, noise * totals[:, -1].unsqueeze(1), right=True)


def sample_negatives__loops(users, seen, weight, noise):
    """Visitor by visitor, draw by draw."""
    result = torch.zeros(noise.shape, dtype=torch.int64)
    for b, user in enumerate(users.tolist()):
        free = [j for j in range(len(weight)) if not seen[user, j]]
        if not any(weight[j] > 0 for j in free):
            raise ValueError(user)
        total = weight.new_zeros(())
        for j in free:
            total = total + weight[j]
        for draw in range(noise.shape[1]):
            running = weight.new_zeros(())
            for j in free:
                running = running + weight[j]
                if running > noise[b, draw] * total:
                    result[b, draw] = j
                    break
    return result


def hit_rate_ndcg_at_k__lists(scores, test_item, seen, k):
    """Sorted lists in plain Python."""
    hits, gains = [], []
    for row, item, gone in zip(scores.tolist(), test_item.tolist(), seen.tolist(), strict=True):
        order = sorted((j for j in range(len(row)) if not gone[j]), key=lambda j: (-row[j], j))
        place = order.index(item)
        hits.append(1.0 if place < k else 0.0)
        gains.append(1 / math.log2(place + 2) if place < k else 0.0)
    return sum(hits) / len(hits), sum(gains) / len(gains)


def hit_rate_ndcg_at_k__filled(scores, test_item, seen, k):
    """Seen pages at minus infinity; ranks from 1."""
    filled = scores.masked_fill(seen, -torch.inf)
    own = filled[torch.arange(len(filled)), test_item].unsqueeze(1)
    ids = torch.arange(scores.shape[1]).expand_as(scores)
    rank = 1 + (filled > own).sum(1) + ((filled == own) & (ids < test_item.unsqueeze(1))).sum(1)
    gains = torch.where(rank <= k, 1 / torch.log2(1 + rank.to(torch.float64)), 0.0)
    return float((rank <= k).double().mean()), float(gains.mean())


def inbatch_sampled_softmax__logsumexp(user, page, logq, tau=1.0):
    """Normaliser minus the right logit."""
    z = torch.einsum("bd,jd->bj", user, page) / tau - logq.unsqueeze(0)
    return (torch.logsumexp(z, dim=1) - torch.diag(z)).mean()


def inbatch_sampled_softmax__cross_entropy(user, page, logq, tau=1.0):
    """The library's loss."""
    z = torch.matmul(user / tau, page.transpose(0, 1)) - logq
    return torch.nn.functional.cross_entropy(z, torch.arange(len(user)))


def watch_time_loss__softplus(logit, clicked, secs):
    """Weights and signs."""
    sign = torch.where(clicked, -1.0, 1.0).to(logit.dtype)
    weight = torch.where(clicked, secs, torch.ones_like(secs))
    return (weight * torch.logaddexp(sign * logit, torch.zeros_like(logit))).sum() / len(logit)


def expected_watch_time__softplus(logit):
    """In another form."""
    return np.e ** logit


def cross_id__stacked(a, c, size_c):
    """The digits times their places."""
    return torch.stack([a, c], dim=-1) @ torch.tensor([size_c, 1])


def wide_and_deep_logit__stacked(x, pairs, params):
    """Weights of crosses as matrices."""
    sizes = [len(table) for table in params["tables"]]
    deep = torch.hstack([table.index_select(0, x[:, f]) for f, table in enumerate(params["tables"])])
    for weight, bias in params["layers"]:
        deep = torch.nn.functional.linear(deep, weight, bias).clamp(min=0)
    total = deep.mv(params["head"]) + params["bias"]
    for n, (a, c) in enumerate(pairs):
        matrix = params["wide"][n].reshape(sizes[a], sizes[c])
        total = total + matrix[x[:, a], x[:, c]]
    return total


def hit_rate_ndcg_at_k__float32(scores, test_item, seen, k):
    """Means in float32; a loop over visitors."""
    places = []
    for row, item, gone in zip(scores, test_item.tolist(), seen, strict=True):
        ahead = [j for j in range(len(row)) if not gone[j] and (row[j] > row[item] or (row[j] == row[item] and j < item))]
        places.append(len(ahead))
    place = torch.tensor(places, dtype=torch.float32)
    hit = (place < k).float()
    return hit.mean().item(), (hit / torch.log2(place + 2)).mean().item()
