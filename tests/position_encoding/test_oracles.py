"""The reference of position_encoding against rotary-embedding-torch, transformers, matrix exponentials and loops."""

import math
from fractions import Fraction

import pytest
import torch
from rotary_embedding_torch import RotaryEmbedding, apply_rotary_emb
from scipy.linalg import expm
from transformers import LlamaConfig, T5Config
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.t5.modeling_t5 import T5Attention

from dlcourse.authoring.oracles import randn
from dlcourse.authoring.worked import worked

F64 = torch.float64


def test_codes_are_the_solution_of_a_rotation(ref):
    """The k-th matrix power of one step, and the exponential of its generator, from position 0 on."""
    D, base = 6, 50.0
    generator = torch.zeros(D, D, dtype=F64)
    for g in range(D // 2):
        generator[2 * g, 2 * g + 1] = base ** (-2 * g / D)
    generator = generator - generator.T
    start = torch.tensor([0.0, 1.0] * (D // 2), dtype=F64)
    for k in (-3, 1, 40):
        step = torch.from_numpy(expm(k * generator.numpy()))
        torch.testing.assert_close(ref.shift_matrix(k, D, base), step)
        torch.testing.assert_close(ref.sinusoidal_pe(torch.tensor([k]), D, base)[0], step @ start)


def test_shifts_take_every_code_on(ref):
    positions = torch.tensor([0, 7, -4, 123])
    M = ref.shift_matrix(9, 8)
    torch.testing.assert_close(
        ref.sinusoidal_pe(positions, 8) @ M.T, ref.sinusoidal_pe(positions + 9, 8)
    )
    torch.testing.assert_close(M @ ref.shift_matrix(-9, 8), torch.eye(8, dtype=F64))
    codes = ref.sinusoidal_pe(torch.arange(30), 64)
    lags = codes @ codes.T
    torch.testing.assert_close(lags[3:, 3:], lags[:-3, :-3])


def test_shaw_by_the_tensor_of_all_vectors(ref, torch_rng):
    q, k, R = randn(torch_rng, 2, 6, 5), randn(torch_rng, 2, 9, 5), randn(torch_rng, 7, 5)
    q_pos, k_pos = torch.tensor([0, 3, 9, 4, 4, 50]), torch.arange(9)
    scores = ref.shaw_scores(q, k, R, q_pos, k_pos)
    for b, i, j in ((0, 0, 8), (1, 2, 3), (0, 5, 0), (1, 4, 4)):
        m = sorted((-3, int(q_pos[i] - k_pos[j]), 3))[1]
        expected = q[b, i] @ (k[b, j] + R[3 + m]) / math.sqrt(5)
        torch.testing.assert_close(scores[b, i, j], expected)


def test_shaw_in_transformers(ref, torch_rng):
    """The relative keys of Hugging Face's BERT-like models: distance query minus key, embedded."""
    T, d, K = 5, 4, 4
    q, k, R = randn(torch_rng, 2, T, d), randn(torch_rng, 2, T, d), randn(torch_rng, 2 * K + 1, d)
    distance = torch.arange(T).view(-1, 1) - torch.arange(T).view(1, -1)
    vectors = torch.nn.functional.embedding(distance + K, R)
    expected = (q @ k.mT + torch.einsum("bld,lrd->blr", q, vectors)) / d**0.5
    torch.testing.assert_close(ref.shaw_scores(q, k, R, torch.arange(T), torch.arange(T)), expected)


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize(("buckets", "longest"), [(32, 128), (16, 64), (12, 100)])
def test_buckets_are_transformers(ref, bidirectional, buckets, longest):
    rel = torch.arange(-300, 301)
    expected = T5Attention._relative_position_bucket(rel, bidirectional, buckets, longest)
    assert torch.equal(ref.t5_bucket(rel, buckets, longest, bidirectional), expected)


def test_borders_of_buckets_by_fractions(ref):
    """Exact powers: bucket E + b begins where (n/E)^(N-E) reaches (M/E)^b."""
    for N, M in ((16, 128), (8, 64), (20, 50), (3, 20), (9, 128), (9, 4096)):
        E = N // 2
        for n in range(E, 2 * M):
            b = max(b for b in range(N - E) if Fraction(n, E) ** (N - E) >= Fraction(M, E) ** b)
            assert ref.t5_bucket(torch.tensor(-n), N, M, False).item() == E + b


def test_bias_is_transformers(ref, torch_rng):
    config = T5Config(
        d_model=8,
        d_kv=4,
        num_heads=2,
        relative_attention_num_buckets=16,
        relative_attention_max_distance=40,
    )
    config.is_decoder = False
    layer = T5Attention(config, has_relative_attention_bias=True).double()
    table = layer.relative_attention_bias.weight.detach()
    q_pos, k_pos = torch.arange(5), torch.arange(9)
    expected = layer.compute_bias(5, 9).detach()[0]
    torch.testing.assert_close(ref.t5_bias(table, q_pos, k_pos, 40), expected)


def test_rope_is_the_librarys(ref, torch_rng):
    rotary = RotaryEmbedding(dim=8, theta=500.0).double()
    x = randn(torch_rng, 2, 3, 7, 8)
    theta = ref.rope_frequencies(8, 500.0)
    torch.testing.assert_close(rotary.freqs.detach(), theta, rtol=1e-6, atol=0)
    freqs = (torch.arange(7, dtype=F64)[:, None] * theta).repeat_interleave(2, -1)
    torch.testing.assert_close(
        ref.apply_rope(x, torch.arange(7), theta),
        apply_rotary_emb(freqs, x),
        rtol=1e-6,
        atol=1e-6,
    )


def test_rope_sees_offsets_only_and_keeps_lengths(ref, torch_rng):
    theta, q, k = ref.rope_frequencies(6, 30.0), randn(torch_rng, 6), randn(torch_rng, 6)
    scores = {}
    for m, n in ((2, 5), (102, 105), (0, 3), (5, 2)):
        a, b = (ref.apply_rope(v[None], torch.tensor([p]), theta)[0] for v, p in ((q, m), (k, n)))
        torch.testing.assert_close(a.norm(), q.norm())
        scores[m, n] = (a @ b).item()
    assert scores[2, 5] == pytest.approx(scores[102, 105]) == pytest.approx(scores[0, 3])
    assert scores[5, 2] != pytest.approx(scores[2, 5])


def test_rope_far_out_is_as_exact_in_float32(ref, torch_rng):
    x, far = randn(torch_rng, 3, 8), torch.tensor([100_000, 999_983, 100_001])
    theta = ref.rope_frequencies(8)
    low, high = ref.apply_rope(x.float(), far, theta), ref.apply_rope(x, far, theta)
    torch.testing.assert_close(low.double(), high, rtol=0, atol=1e-6)


def test_slopes_are_transformers(ref):
    """Those of BLOOM, for each number of heads; the bias of a causal row."""
    for H in (1, 2, 3, 6, 8, 12, 16, 20):
        theirs = build_alibi_tensor(torch.ones(1, 2), H, torch.float32)[:, 0, 1].double()
        torch.testing.assert_close(ref.alibi_slopes(H), theirs, rtol=1e-6, atol=0)
    bias = ref.alibi_bias(4, torch.tensor([9]), torch.arange(10))
    row = build_alibi_tensor(torch.ones(1, 10), 4, torch.float32)[
        :, 0
    ].double()  # the same up to a constant for each row
    torch.testing.assert_close(bias[:, 0] - bias[:, 0, :1], row, rtol=1e-6, atol=1e-9)


def test_shift_error_is_the_best_constant(ref, torch_rng):
    """By a linear programme: least bound on |change - c|."""
    from scipy.optimize import linprog

    before, after = randn(torch_rng, 4, 4), randn(torch_rng, 4, 4)
    errors = []
    for change in (after - before).numpy():
        A = [[sign, -1] for _ in change for sign in (-1, 1)]
        b = [sign * d for d in change for sign in (-1, 1)]
        errors.append(linprog([0, 1], A_ub=A, b_ub=b, bounds=[(None, None)] * 2).fun)
    found = ref.shift_error(lambda p: before if p[0] == 0 else after, 4, 3)
    assert found == pytest.approx(max(errors))


def test_error_zero_means_equal_attention(ref, torch_rng):
    base, rows = randn(torch_rng, 5, 5), randn(torch_rng, 5, 1)
    scores = lambda p: base + rows * (p[0] != 0)  # noqa: E731
    assert ref.shift_error(scores, 5, 2) < 1e-12
    at = scores(torch.arange(5)), scores(torch.arange(5) + 2)
    torch.testing.assert_close(at[0].softmax(-1), at[1].softmax(-1))


def test_attention_without_positions_permutes(ref, torch_rng):
    """Attn(PX) = P Attn(X), as the text derives; the front without its causal mask."""
    x, W = randn(torch_rng, 1, 6, 8), randn(torch_rng, 8, 24)
    order = torch.tensor([3, 0, 5, 1, 4, 2])

    def attention(x):
        q, k, v = (torch.nn.functional.layer_norm(x, (8,)) @ W).chunk(3, -1)
        return (q @ k.mT / 8**0.5).softmax(-1) @ v

    torch.testing.assert_close(attention(x[:, order]), attention(x)[:, order])
    torch.testing.assert_close(
        ref.attention_front("none", x, torch.arange(6), W, 1)[1][0, 0],
        (torch.nn.functional.layer_norm(x, (8,)) @ W)[0, :, 16:],
    )


def test_interpolation_and_ntk_are_transformers(ref):
    """PI: positions divided; NTK: transformers' dynamic scaling at a length of s times the trained one."""
    x = torch.ones(1, 8, dtype=F64)
    pi = ref.scaled_frequencies(8, 500.0, "pi", 10, 40)
    torch.testing.assert_close(
        ref.apply_rope(x, torch.tensor([36]), pi),
        ref.apply_rope(x, torch.tensor([9]), ref.rope_frequencies(8, 500.0)),
    )
    ntk, plain = ref.scaled_frequencies(8, 500.0, "ntk", 10, 40), ref.rope_frequencies(8, 500.0)
    assert ntk[0] == 1 and ntk[-1].item() == pytest.approx(plain[-1].item() / 4)
    torch.testing.assert_close(ntk, plain * 4 ** (-torch.arange(4, dtype=F64) / 3))


def test_yarn_is_transformers_at_the_ends_of_the_ramp(ref):
    """Their ramp is linear in the index, ours in the turns: equal where the ramp is over, between its ends inside."""
    parameters = {
        "rope_type": "yarn", "factor": 4.0, "rope_theta": 10000.0, "original_max_position_embeddings": 2048, "truncate": False,
    }  # fmt: skip
    config = LlamaConfig(
        hidden_size=128,
        num_attention_heads=1,
        max_position_embeddings=8192,
        rope_parameters=parameters,
    )
    theirs, factor = ROPE_INIT_FUNCTIONS["yarn"](config, "cpu")
    ours, mu = ref.yarn_frequencies(128, 10000.0, 2048, 8192)
    assert mu == pytest.approx(factor)
    plain = ref.rope_frequencies(128)
    turns = 2048 * plain / (2 * math.pi)
    over = (turns > 32) | (turns < 1)
    assert 20 < over.sum() < 60
    torch.testing.assert_close(ours[over], theirs.double()[over], rtol=1e-5, atol=0)
    assert ((ours >= plain / 4 - 1e-15) & (ours <= plain)).all()


def test_the_ramp_by_its_definition(ref):
    theta, _ = ref.yarn_frequencies(12, 300.0, 100, 250, 1.5, 9.0)
    for g, value in enumerate(theta.tolist()):
        plain = 300.0 ** (-2 * g / 12)
        r = 100 * plain / (2 * math.pi)
        gamma = 0 if r < 1.5 else 1 if r > 9 else (r - 1.5) / 7.5
        assert value == pytest.approx((1 - gamma) * plain / 2.5 + gamma * plain)


def test_learned_positions_are_an_embedding(ref, torch_rng):
    module = ref.LearnedPositions(9, 4, torch_rng)
    embedding = torch.nn.Embedding.from_pretrained(module.table.detach())
    x = torch.randn(3, 5, 4, generator=torch_rng)
    torch.testing.assert_close(module(x, 2), x + embedding(torch.arange(2, 7)))
    assert 0.05 < module.table.std() < 0.15


def test_codes_by_pencil(ref):
    code = ref.sinusoidal_pe(torch.tensor([2, 3]), 4, 100.0)
    worked(ref, "sinusoidal_pe", "=(0.909,-0.416,0.199,0.980)", code[0])
    M = ref.shift_matrix(1, 4, 100.0)
    worked(ref, "sinusoidal_pe", r"0.540&0.841\\-0.841&0.540", M[:2, :2].flatten())
    worked(ref, "sinusoidal_pe", "(0.141,-0.990)", (M @ code[0])[:2])
    worked(ref, "sinusoidal_pe", r"\theta=(1,\ 0.1)", ref.rope_frequencies(4, 100.0))


def test_shaw_by_pencil(ref):
    R = torch.zeros(5, 2, dtype=F64)
    R[4] = torch.tensor([0.5, -1])
    q, k = torch.tensor([[1.0, 2.0]], dtype=F64), torch.tensor([[3.0, 0.0]], dtype=F64)
    score = ref.shaw_scores(q, k, R, torch.tensor([5]), torch.tensor([1]))
    worked(ref, "shaw_scores", "=1.061", score)
    worked(ref, "shaw_scores", "r_2=-1.5$", q[0] @ R[4])


def test_buckets_by_pencil(ref):
    rel = torch.tensor([20, -5, -16, -200])
    buckets = ref.t5_bucket(rel)
    worked(ref, "t5_bucket", "with $N$ added 26", buckets[0])
    worked(ref, "t5_bucket", "5 places back: bucket 5", [rel[1].abs(), buckets[1]])
    worked(ref, "t5_bucket", "exactly, bucket 10", buckets[2])
    worked(ref, "t5_bucket", "is in\nbucket 15", buckets[3])
    worked(ref, "t5_bucket", r"\log(16)=0.330", [16, math.log(20 / 8) / math.log(16)])


def test_rope_by_pencil(ref):
    x = torch.tensor([[1.0, 0.0, 0.0, 2.0]], dtype=F64)
    turned = ref.apply_rope(x, torch.tensor([3]), ref.rope_frequencies(4, 100.0))[0]
    worked(ref, "apply_rope", "(-0.990,0.141)", turned[:2])
    worked(ref, "apply_rope", "(-0.591,1.911)", turned[2:])
    assert turned.norm().item() == pytest.approx(math.sqrt(5))


def test_slopes_by_pencil(ref):
    worked(ref, "alibi_slopes", "(0.25,0.0625,0.0156,0.0039,0.5,0.125)", ref.alibi_slopes(6))
    bias = ref.alibi_bias(6, torch.tensor([7]), torch.tensor([3]))
    worked(ref, "alibi_slopes", r"$-0.5\cdot4=-2$", [-ref.alibi_slopes(6)[4], 4, bias[4]])


def test_shift_errors_by_pencil(ref):
    def error(hidden):
        def scores(positions):
            row = [1.0, 2.0, 4.0] if positions[0] == 0 else [3.0, 5.0, 6.0]
            return torch.tensor([[-math.inf if j == hidden else s for j, s in enumerate(row)]])

        return ref.shift_error(scores, 3, 1)

    worked(ref, "is_shift_invariant", "the error is $0.5$", error(None))
    worked(ref, "is_shift_invariant", "again $0.5$", error(2))
    worked(ref, "is_shift_invariant", "are left: $0$", error(1))


def test_stretched_frequencies_by_pencil(ref):
    pi, ntk = (ref.scaled_frequencies(4, 100.0, name, 32, 128) for name in ("pi", "ntk"))
    worked(ref, "scaled_frequencies", "(0.25,0.025)", pi)
    worked(ref, "scaled_frequencies", "=(1,0.025)", ntk)


def test_the_ramp_by_pencil(ref):
    theta, mu = ref.yarn_frequencies(4, 100.0, 32, 128, 1.0, 9.0)
    worked(
        ref,
        "yarn_frequencies",
        "r=(5.09,0.509)",
        32 * ref.rope_frequencies(4, 100.0) / (2 * math.pi),
    )
    worked(ref, "yarn_frequencies", r"\theta'=(0.634,0.025)", theta)
    worked(ref, "yarn_frequencies", "=1.139", mu)


def test_rows_by_pencil(ref, torch_rng):
    module = ref.LearnedPositions(3, 2, torch_rng)
    with torch.no_grad():
        module.table.copy_(torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, 5.0]]))
        x = torch.tensor([[[10.0, 20.0]]])
        worked(ref, "LearnedPositions", "(11,21)", module(x)[0, 0])
        worked(ref, "LearnedPositions", "(10,25)", module(x, 2)[0, 0])


def test_the_best_cross_entropy_of_a_round(ref):
    p = torch.full((16,), 0.15 / 16, dtype=F64)
    p[3] += 0.85
    assert -(p * p.log()).sum().item() == pytest.approx(0.787, abs=5e-4)
    x = ref.rounds(400, 40, torch.Generator().manual_seed(0))
    right = ((5 * x[:, :-3] + 3) % 16 == x[:, 3:]).double().mean().item()
    assert right == pytest.approx(0.85 + 0.15 / 16, abs=0.01)
    assert ref.expected_loss(torch.zeros(*x.shape, 16), x) == pytest.approx(math.log(16))
    law = torch.full((*x.shape, 16), 0.15 / 16, dtype=F64)
    law[:, 2:-1] += 0.85 * torch.nn.functional.one_hot((5 * x[:, :-3] + 3) % 16, 16)
    assert ref.expected_loss(law.log(), x) == pytest.approx(0.787, abs=5e-4)


def test_payoff_over_three_seeds(ref):
    """Clipped distances carry on and unseen angles do not; the ramp mends them, PI does not."""
    for seed in (0, 1, 2):
        x = ref.rounds(64, 128, torch.Generator().manual_seed(3000 + seed))
        weights = {scheme: ref.trained(scheme, seed, 250) for scheme in ("Shaw", "RoPE")}
        loss = {scheme: ref.test_loss(scheme, w, x) for scheme, w in weights.items()}
        pi = ref.scaled_frequencies(8, 10000.0, "pi", 32, 128)
        yarn, mu = ref.yarn_frequencies(8, 10000.0, 32, 128, 0.5, 4.0)
        loss["PI"] = ref.test_loss("RoPE", weights["RoPE"] | {"table": pi}, x)
        loss["YaRN"] = ref.test_loss("RoPE", weights["RoPE"] | {"table": yarn}, x, mu)
        assert 0.787 < loss["Shaw"] < 0.85 and 0.787 < loss["YaRN"] < 0.95
        assert 2.6 < loss["RoPE"] < loss["PI"] - 0.5
