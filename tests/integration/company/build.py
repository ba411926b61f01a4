"""A small company's files as text, for tests to break in one place."""

from collections.abc import Mapping

from monthline.company.files import CompanyFiles
from monthline.company.problems import CompanyInvalid, Problem
from monthline.company.reading import parse_company

GOOD: Mapping[str, str] = {
    "departments.csv": """\
id,name_zh,name_en,parent,manager,leader
hq,总部,Head office,,,p001
sales,销售部,Sales,hq,p002,p001
rd,研发部,R&D,hq,,
""",
    "people.csv": """\
id,name_zh,name_en,email,department,roles,language,zone,joined,left
p001,陈志远,Chen Zhiyuan,chen@acme.example,hq,leader;executive,zh,,,
p002,许嘉诚,Xu Jiacheng,xu@acme.example,sales,manager,zh,,2020-01-06,
p003,宋佳,Song Jia,song@acme.example,hq,hr_reviewer(sales|rd),en,Europe/Berlin,,
""",
    "delegations.csv": """\
id,giver,taker,start,end,steps,departments
d1,p001,p003,2026-03-02,2026-03-13,leader_review_due,sales
""",
    "absences.csv": """\
id,person,first,last
a1,p001,2026-03-02,2026-03-13
""",
    "templates.yaml": """\
templates:
  - department: hq
    categories:
      - id: core
        label: {zh: 核心任务, en: Core}
        share_min: 40
        measure_required: true
      - id: routine
        label: {zh: 事务性工作, en: Routine}
""",
    "policy.yaml": """\
company:
  id: acme
  name: {zh: 艾克米, en: Acme}
cycle:
  draft:
    days: 2
""",
    "metrics.csv": """\
id,name_zh,name_en,unit,direction,owner,source
growth,增长率,Growth,%,higher,sales,crm
""",
    "metric_values.csv": """\
metric,month,value,record_id
growth,2026-02,10.3,crm-1
growth,2026-03,15,crm-2
""",
    "plans/2026-03.p002.yaml": """\
person: p002
month: 2026-03
items:
  - id: contracts
    category: core
    title: 新客户签约额增长 15%
    share: 70
    measure: {kind: metric, target: 15, unit: "%"}
    links: {metric: growth}
  - id: meetings
    category: routine
    title: 周例会
    share: 30
    measure: {kind: count, planned: 4, unit: 次}
progress:
  - {item: meetings, value: 4, effective: 2026-03-27}
""",
}


def files(changes: Mapping[str, str | bytes | None] | None = None) -> dict[str, bytes]:
    """The good company's files, with other contents for some names; None leaves a file out."""
    texts = {**GOOD, **(changes or {})}
    return {
        name: text if isinstance(text, bytes) else text.encode()
        for name, text in texts.items()
        if text is not None
    }


def swapped(name: str, old: str, new: str) -> dict[str, str]:
    """A change for :func:`files`: the text ``old``, which must be there, becomes ``new``."""
    assert old in GOOD[name]
    return {name: GOOD[name].replace(old, new, 1)}


def company(changes: Mapping[str, str | bytes | None] | None = None) -> CompanyFiles:
    """The company in the files."""
    return parse_company(files(changes))


def problems(changes: Mapping[str, str | bytes | None]) -> tuple[Problem, ...]:
    """What is wrong once the changes are made; nothing when nothing is."""
    try:
        parse_company(files(changes))
    except CompanyInvalid as error:
        return error.problems
    return ()


def told(changes: Mapping[str, str | bytes | None]) -> list[tuple[str, str]]:
    """The places, as they are printed, and the codes of what is wrong."""
    return [(str(problem.place), problem.code) for problem in problems(changes)]
