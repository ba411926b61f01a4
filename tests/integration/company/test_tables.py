"""How tables are read: every wrong cell named by file, line and column."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monthline.company.problems import Problem
from monthline.company.tables import Columns, iso_day, read_table
from shared.contracts.words import Language
from tests.integration.company.build import GOOD, company, problems, swapped, told

PEOPLE = GOOD["people.csv"]


def people(*rows: str) -> dict[str, str]:
    return {"people.csv": PEOPLE + "".join(f"{row}\n" for row in rows)}


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("P9,甲,A,a@b.cn,hq,,,,,", "id", "request.invalid"),
        (",甲,A,a@b.cn,hq,,,,,", "id", "request.invalid"),
        ("p9,,A,a@b.cn,hq,,,,,", "name_zh", "request.invalid"),
        ("p9,甲,,a@b.cn,hq,,,,,", "name_en", "request.invalid"),
        ("p9,甲,A,a.b.cn,hq,,,,,", "email", "request.invalid"),
        ("p9,甲,A,,hq,,,,,", "email", "request.invalid"),
        ("p9,甲,A,a@b.cn,,,,,,", "department", "request.invalid"),
        ("p9,甲,A,a@b.cn,slaes,,,,,", "department", "reference.unknown"),
        ("p9,甲,A,a@b.cn,hq,boss,,,,", "roles", "request.invalid"),
        ("p9,甲,A,a@b.cn,hq,hr_reviewer(sales,,,,", "roles", "request.invalid"),
        ("p9,甲,A,a@b.cn,hq,hr_reviewer(),,,,", "roles", "request.invalid"),
        ("p9,甲,A,a@b.cn,hq,hr_reviewer(sales|nowhere),,,,", "roles", "reference.unknown"),
        ("p9,甲,A,a@b.cn,hq,,fr,,,", "language", "request.invalid"),
        ("p9,甲,A,a@b.cn,hq,,,Mars/Olympus,,", "zone", "request.invalid"),
        ("p9,甲,A,a@b.cn,hq,,,,2026-02-30,", "joined", "request.invalid"),
        ("p9,甲,A,a@b.cn,hq,,,,2026-03-01,2026-02-01", "left", "period.reversed"),
        ("p001,甲,A,a@b.cn,hq,,,,,", "id", "duplicate"),
        ("p9,甲,A,a@b.cn,hq,,,,,,,one more", "", "request.invalid"),
    ],
)
def test_a_wrong_cell_of_people_is_named_by_line_and_column(row: str, column: str, code: str) -> None:
    place = f"people.csv:5:{column}" if column else "people.csv:5"
    assert told(people(row)) == [(place, code)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("Sales,销售,Sales,,,", "id", "request.invalid"),
        ("it,信息部,IT,nowhere,,", "parent", "reference.unknown"),
        ("it,信息部,IT,hq,p999,", "manager", "reference.unknown"),
        ("it,信息部,IT,hq,,p999", "leader", "reference.unknown"),
        ("rd,研发,R&D,hq,,", "id", "duplicate"),
        ("it,信息部,IT,it,,", "parent", "reference.cycle"),
    ],
)
def test_a_wrong_cell_of_departments_is_named_by_line_and_column(row: str, column: str, code: str) -> None:
    changes = {"departments.csv": GOOD["departments.csv"] + row + "\n"}
    assert told(changes) == [(f"departments.csv:5:{column}", code)]


@pytest.mark.parametrize(
    ("name", "row", "column", "code"),
    [
        ("delegations.csv", "d2,p001,p999,2026-03-02,2026-03-03,,", "taker", "reference.unknown"),
        ("delegations.csv", "d2,p001,p001,2026-03-02,2026-03-03,,", "taker", "delegation.self"),
        ("delegations.csv", "d2,p003,p001,2026-03-02,2026-03-03,,", "taker", "reference.cycle"),
        ("delegations.csv", "d2,p001,p002,2026-03-05,2026-03-02,,", "end", "period.reversed"),
        ("delegations.csv", "d2,p001,p002,soon,2026-03-02,,", "start", "request.invalid"),
        ("delegations.csv", "d2,p001,p002,2026-03-02,2026-03-03,draft_due,", "steps", "delegation.step"),
        ("delegations.csv", "d2,p001,p002,2026-03-02,2026-03-03,x,", "steps", "request.invalid"),
        ("delegations.csv", "d2,p001,p002,2026-03-02,2026-03-03,,it", "departments", "reference.unknown"),
        ("delegations.csv", "d1,p001,p002,2026-05-02,2026-05-03,,", "id", "duplicate"),
        ("absences.csv", "a2,p999,2026-03-02,2026-03-03", "person", "reference.unknown"),
        ("absences.csv", "a2,p001,2026-03-04,2026-03-03", "last", "period.reversed"),
        ("absences.csv", "a2,p001,,2026-03-03", "first", "request.invalid"),
        ("metrics.csv", "loss,亏损,Loss,%,sideways,sales,crm", "direction", "request.invalid"),
        ("metrics.csv", "loss,亏损,Loss,%,lower,it,crm", "owner", "reference.unknown"),
        ("metrics.csv", "growth,增长,Growth,%,lower,sales,crm", "id", "duplicate"),
    ],
)
def test_a_wrong_cell_of_the_smaller_tables_is_named(name: str, row: str, column: str, code: str) -> None:
    assert told({name: GOOD[name] + row + "\n"}) == [(f"{name}:3:{column}", code)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("loss,2026-03,1,crm-9", "metric", "reference.unknown"),
        ("growth,2026-13,1,crm-9", "month", "request.invalid"),
        ("growth,2026-04,many,crm-9", "value", "request.invalid"),
        ("growth,2026-04,nan,crm-9", "value", "request.invalid"),
        ("growth,2026-03,1,crm-9", "metric", "duplicate"),
        ("growth,2026-04,1,", "record_id", "request.invalid"),
        ("growth,2026-04,1,crm-2", "record_id", "duplicate"),
    ],
)
def test_a_wrong_metric_value_is_named(row: str, column: str, code: str) -> None:
    changes = {"metric_values.csv": GOOD["metric_values.csv"] + row + "\n"}
    assert told(changes) == [(f"metric_values.csv:4:{column}", code)]


def test_all_wrong_rows_of_all_files_are_told_at_once_in_the_order_of_files_and_lines() -> None:
    changes = {
        **people("p9,甲,A,nobody,hq,,,,,", "p8,乙,B,b@b.cn,it,,,,,"),
        **swapped("departments.csv", "销售部", ""),
        **swapped("templates.yaml", "share_min: 40", "share_min: -1"),
        **swapped("plans/2026-03.p002.yaml", "metric: growth", "metric: fog"),
    }
    assert told(changes) == [
        ("departments.csv:3:name_zh", "request.invalid"),
        ("people.csv:5:email", "request.invalid"),
        ("people.csv:6:department", "reference.unknown"),
        ("plans/2026-03.p002.yaml:9:13: items.0.links.metric", "reference.unknown"),
        ("templates.yaml:6:9: templates.0.categories.0.share_min", "request.invalid"),
    ]


def test_a_row_that_is_wrong_itself_is_not_told_again_by_those_who_name_it() -> None:
    assert told(swapped("people.csv", "chen@acme.example", "chen")) == [
        ("people.csv:2:email", "request.invalid")
    ]


def test_a_cycle_of_departments_is_told_once_with_its_way() -> None:
    changes = {
        "departments.csv": "id,name_zh,name_en,parent\nhq,总,H,rd\nsales,销,S,hq\nrd,研,R,sales\n",
    }
    (only,) = problems(changes)
    assert (str(only.place), only.code) == ("departments.csv:2:parent", "reference.cycle")
    assert "hq → rd → sales → hq" in only.message(Language.EN)


def test_what_is_unknown_is_named_in_both_languages() -> None:
    (only,) = problems(people("p9,甲,A,a@b.cn,slaes,,,,,"))
    assert only.message(Language.EN) == "there is no such department: slaes"
    assert only.message(Language.ZH) == "没有这个部门：slaes"


@pytest.mark.parametrize(
    ("header", "place", "code"),
    [
        ("id,name_zh,email,department", "people.csv:1:name_en", "request.invalid"),
        ("id,name_zh,name_en,email,department,nickname", "people.csv:1:nickname", "request.invalid"),
        ("id,name_zh,name_en,email,email,department", "people.csv:1:email", "duplicate"),
    ],
)
def test_a_wrong_header_is_told_once_and_nothing_else_of_that_file(
    header: str, place: str, code: str
) -> None:
    assert told({"people.csv": header + "\np001,甲,A,a@b.cn,nowhere,x\n"}) == [(place, code)]


@pytest.mark.parametrize("name", ["departments.csv", "people.csv", "templates.yaml", "policy.yaml"])
def test_a_missing_file_is_named(name: str) -> None:
    assert (name, "file.missing") in told({name: None})


@pytest.mark.parametrize("name", ["delegations.csv", "absences.csv"])
def test_delegations_and_absences_may_be_left_out(name: str) -> None:
    assert told({name: None}) == []


@pytest.mark.parametrize("text", ["", "\n\n", ",,,\n", "\ufeff"])
@pytest.mark.parametrize("name", ["people.csv", "absences.csv"])
def test_an_empty_table_is_named(name: str, text: str) -> None:
    assert (name, "file.empty") in told({name: text})


@pytest.mark.parametrize("name", ["policy.yaml", "templates.yaml", "plans/2026-03.p002.yaml", "story.yaml"])
def test_an_empty_document_is_named(name: str) -> None:
    assert told({name: "# nothing\n"}) == [(name, "file.empty")]


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    text = "\ufeff" + PEOPLE.replace("\n", "\r\n")
    assert company({"people.csv": text}).people == company().people


@pytest.mark.parametrize(("encoding", "hint"), [("gbk", "GBK"), ("utf-16", "UTF-16")])
def test_a_table_saved_in_another_encoding_is_refused_with_what_to_do(encoding: str, hint: str) -> None:
    found = problems({"people.csv": PEOPLE.encode(encoding)})
    assert [problem.code for problem in found] == ["file.encoding"]
    assert hint in found[0].message(Language.EN)
    assert "CSV UTF-8" in found[0].message(Language.ZH)


def test_the_line_of_the_first_byte_that_is_no_utf8_is_named() -> None:
    assert told({"people.csv": PEOPLE.encode().replace("许嘉诚".encode(), b"\xff\xfe")}) == [
        ("people.csv:3", "file.encoding")
    ]


def test_a_nul_character_is_told_with_its_line() -> None:
    assert told({"people.csv": PEOPLE + "p9,甲\0,A,a@b.cn,hq,,,,,\n"}) == [("people.csv:5", "file.syntax")]


@pytest.mark.parametrize("name", ["departments.csv", "people.csv", "metrics.csv"])
def test_who_names_something_of_a_table_that_cannot_be_read_is_not_told_of(name: str) -> None:
    assert told({name: GOOD[name].encode("gbk")}) == [(f"{name}:2", "file.encoding")]


def test_a_quoted_cell_over_two_lines_does_not_shift_the_line_numbers() -> None:
    text = PEOPLE.replace("Chen Zhiyuan", '"Chen\nZhiyuan"') + "p9,甲,A,nobody,hq,,,,,\n"
    assert told({"people.csv": text}) == [("people.csv:6:email", "request.invalid")]


def test_an_open_quote_is_told_with_the_line_it_begins_on() -> None:
    assert told({"people.csv": PEOPLE + 'p9,"甲,A,a@b.cn,hq,,,,,\n'}) == [("people.csv:5", "file.syntax")]


def test_rows_without_text_are_passed_over_but_counted() -> None:
    assert told(people(",,,,,,,,,", "", "p9,甲,A,nobody,hq,,,,,")) == [
        ("people.csv:7:email", "request.invalid")
    ]


def test_dates_as_a_spreadsheet_writes_them_are_read() -> None:
    changed = company(swapped("people.csv", "2020-01-06", "2020/1/6"))
    assert changed.people == company().people


def test_roles_may_be_written_with_full_width_signs() -> None:
    changed = company(swapped("people.csv", "hr_reviewer(sales|rd)", "hr_reviewer（sales｜rd）"))
    assert changed.people == company().people


def test_who_names_no_zone_lives_in_the_companys() -> None:
    text = GOOD["policy.yaml"].replace("cycle:", "  zone: Asia/Tokyo\ncycle:")
    assert [person.zone for person in company({"policy.yaml": text}).people] == [
        "Asia/Tokyo",
        "Asia/Tokyo",
        "Europe/Berlin",
    ]


def test_a_day_as_the_end_of_a_delegation_is_the_whole_day_in_the_companys_zone() -> None:
    (given_,) = company().delegations
    assert given_.start.isoformat() == "2026-03-02T00:00:00+08:00"
    assert given_.end.isoformat() == "2026-03-14T00:00:00+08:00"


def test_a_misspelt_file_is_not_silently_left_out() -> None:
    assert told({"absense.csv": "id\n", "plans/march.xlsx": b"PK", "README.md": "read me"}) == [
        ("absense.csv", "file.unknown"),
        ("plans/march.xlsx", "file.unknown"),
    ]


def test_iso_days_are_left_as_they_are() -> None:
    assert iso_day("2026-03-01") == "2026-03-01"
    assert iso_day("1 March") == "1 March"


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_no_bytes_make_reading_a_table_fail_unexpectedly(data: bytes) -> None:
    found: list[Problem] = []
    rows = read_table("x.csv", data, Columns(("a",), ("b",)), found)
    assert rows is not None or found


@settings(max_examples=50)
@given(st.lists(st.text(st.characters(exclude_characters="\0\r", codec="utf-8")), min_size=1, max_size=6))
def test_every_row_knows_the_line_it_begins_on(names: list[str]) -> None:
    text = "id\n" + "".join('"' + name.replace('"', '""') + '"\n' for name in names)
    rows = read_table("x.csv", text.encode(), Columns(("id",)), []) or ()
    begins = [2 + index + "".join(names[:index]).count("\n") for index in range(len(names))]
    assert [(row.line, row.cells["id"]) for row in rows] == [
        (line, name.strip()) for line, name in zip(begins, names, strict=True) if name.strip()
    ]
