"""A process that has grown beyond its bound fails the drill after which it is seen."""

from faults.run import MEMORY, oversized


def test_a_process_above_its_bound_is_named_with_its_size() -> None:
    assert oversized({"plans": MEMORY, "review": MEMORY + 2**20}) == {
        "review": "I11 review: holds 601 MiB, its bound is 600"
    }


def test_processes_within_their_bound_are_not() -> None:
    assert oversized({"plans": 200 * 2**20, "spare": 0}) == {}
