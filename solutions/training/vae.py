"""Make solutions/data/vae/hands.npz: four conditional VAEs for the first look, at four prices of a nat.

    python solutions/training/vae.py            from the repository's root

Trained on scikit-learn's digits (UCI, Optical Recognition of Handwritten Digits, CC BY 4.0) but for 360 of them, whose numbers
are kept as "test". Seed 0; 4000 steps of 64 digits each, about a minute on one core; kept are the means' half of the encoder and
the decoder, in float16.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn

FILE = Path("solutions/data/vae/hands.npz")
PRICES = (0.1, 0.3, 1.0, 2.0)
LATENTS, HIDDEN, STEPS, BATCH, SEED = 8, 96, 4000, 64, 0


def train(x: Tensor, told: Tensor, beta: float) -> tuple[nn.Sequential, nn.Sequential]:
    """Encoder and decoder of a VAE with Bernoulli pixels, both told the label.

    Args:
        x: pictures from 0 to 1, of shape (n, 64).
        told: their labels, one-hot, of shape (n, 10).
        beta: price of a nat of KL.
    """
    torch.manual_seed(SEED)
    encoder = nn.Sequential(nn.Linear(74, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2 * LATENTS))
    decoder = nn.Sequential(nn.Linear(LATENTS + 10, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 64))
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()])
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = 4e-3 * (1 - step / STEPS) + 1e-5
        chosen = torch.randint(len(x), (BATCH,))
        mu, logvar = encoder(torch.cat([x[chosen], told[chosen]], 1)).chunk(2, 1)
        z = mu + torch.exp(logvar / 2) * torch.randn_like(mu)
        logits = decoder(torch.cat([z, told[chosen]], 1))
        recon = F.binary_cross_entropy_with_logits(logits, x[chosen], reduction="sum")
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum()
        optimizer.zero_grad()
        ((recon + beta * kl) / BATCH).backward()
        optimizer.step()
    return encoder, decoder


def main() -> None:
    torch.set_num_threads(1)
    digits = load_digits()
    x = torch.tensor(digits.data / 16, dtype=torch.float32)
    told = F.one_hot(torch.tensor(digits.target), 10).float()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(SEED))
    seen, test = order[:1437], order[1437:]
    stored = {"test": np.sort(test.numpy()).astype(np.int16)}
    for beta in PRICES:
        encoder, decoder = train(x[seen], told[seen], beta)
        first, last = encoder[0], encoder[2]
        kept = {
            "e": (first.weight, first.bias, last.weight[:LATENTS], last.bias[:LATENTS]),
            "d": (decoder[0].weight, decoder[0].bias, decoder[2].weight, decoder[2].bias),
        }
        for network, parameters in kept.items():
            for number, parameter in enumerate(parameters):
                stored[f"{beta}/{network}{number}"] = parameter.detach().half().numpy()
    np.savez_compressed(FILE, **stored)


if __name__ == "__main__":
    main()
