"""Weighted max-min division of a budget."""

from hypothesis import given
from hypothesis import strategies as st

from netkeel.control.sharing import Claim, share
from netkeel.units import Rate

_RATES = st.integers(0, 10**9).map(Rate)
_CLAIMS = st.lists(st.tuples(st.floats(0.1, 10), st.none() | _RATES), min_size=1, max_size=30).map(
    lambda cs: [Claim(i, weight, demand) for i, (weight, demand) in enumerate(cs)]
)


def test_equal_claims_get_equal_shares() -> None:
    assert share(Rate(90), [Claim("a"), Claim("b"), Claim("c")]) == {
        "a": Rate(30),
        "b": Rate(30),
        "c": Rate(30),
    }


def test_what_an_idle_pod_leaves_is_lent_on_by_weight() -> None:
    claims = [Claim("idle", 1.0, Rate(10)), Claim("a", 1.0), Claim("b", 2.0)]
    assert share(Rate(100), claims) == {"idle": Rate(10), "a": Rate(30), "b": Rate(60)}


@given(_RATES, _CLAIMS)
def test_the_sum_never_exceeds_the_budget_nor_a_share_its_demand(
    budget: Rate, claims: list[Claim[int]]
) -> None:
    shares = share(budget, claims)
    assert set(shares) == {c.key for c in claims}
    assert sum(s.bps for s in shares.values()) <= budget.bps
    for claim in claims:
        assert claim.demand is None or shares[claim.key] <= claim.demand


@given(_RATES, _CLAIMS)
def test_nothing_is_wasted_while_someone_wants_more(budget: Rate, claims: list[Claim[int]]) -> None:
    shares = share(budget, claims)
    hungry = [c for c in claims if c.demand is None or shares[c.key] < c.demand]
    left = budget.bps - sum(s.bps for s in shares.values())
    assert not hungry or left <= len(claims) + budget.bps * 1e-9


@given(_RATES, _CLAIMS)
def test_nobody_hungry_gets_less_for_its_weight_than_another(
    budget: Rate, claims: list[Claim[int]]
) -> None:
    shares = share(budget, claims)
    hungry = [c for c in claims if c.demand is None or shares[c.key] < c.demand]
    for one in hungry:
        for other in claims:
            per_weight = shares[one.key].bps / one.weight
            # Each share is cut to whole bits, which a small weight magnifies.
            assert shares[other.key].bps / other.weight <= per_weight + 10 * (len(claims) + 1)
