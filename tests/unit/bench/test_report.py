"""Numbers beside their budgets, for the terminal and for a document."""

from bench.findings import Finding, Limit, of_latencies
from bench.measure import Latencies
from bench.report import lines, markdown, shown


def test_a_budget_that_is_a_ceiling_is_missed_from_above() -> None:
    assert Finding("B3", "submit p50", 100, "ms", "5/s").verdict == "kept"
    assert Finding("B3", "submit p50", 100.1, "ms", "5/s").verdict == "missed"


def test_a_budget_that_is_a_floor_is_missed_from_below() -> None:
    assert Limit("≥", 0.6).kept_by(0.6)
    assert not Limit("≥", 0.6).kept_by(0.59)


def test_a_budget_holds_for_the_rate_it_was_given_for() -> None:
    assert Finding("B3", "submit p50", 500, "ms", "20/s").verdict == ""


def test_a_circumstance_of_its_own_comes_before_the_common_budget() -> None:
    assert str(Finding("B9", "back after kill -9", 5, "s", "workflows").limit) == "≤ 4"
    assert str(Finding("B9", "back after kill -9", 5, "s", "review").limit) == "≤ 15"


def test_quantiles_are_those_of_the_series() -> None:
    found = of_latencies("B3", Latencies("submit", [float(n) for n in range(1, 102)]), "5/s")
    assert [(one.what, one.value) for one in found] == [("submit p50", 51.0), ("submit p99", 100.0)]


def test_a_series_of_one_is_its_own_quantiles() -> None:
    found = of_latencies("B3", Latencies("submit", [7.0]), "5/s")
    assert {one.value for one in found} == {7.0}


def test_errors_are_found_and_miss_their_budget() -> None:
    (*_, errors) = of_latencies("B3", Latencies("submit", [1.0, 2.0], ["TimeoutError: "]), "5/s")
    assert (errors.what, errors.value, errors.verdict) == ("errors", 1, "missed")


def test_a_number_keeps_three_digits_that_mean_something() -> None:
    assert [shown(value) for value in (0.3512, 12.34, 147.0, 28309.4, 0.0)] == [
        *("0.351", "12.3", "147", "28,309", "0")
    ]


def test_the_document_has_the_same_lines_as_the_terminal() -> None:
    found = [Finding("B2", "history of a lifecycle", 147, "events"), Finding("B2", "WAL per lifecycle", 10)]
    document = markdown(found)
    assert "| B2 | history of a lifecycle | 147 events | ≤ 90 | missed |" in document
    assert len(document.splitlines()) == 2 + len(list(lines(found)))


def test_json_tells_the_budget_and_the_verdict() -> None:
    told = Finding("B1", "lifecycles", 6, "/s", "8 clients").document()
    assert (told["budget"], told["verdict"]) == ("≥ 5", "kept")
