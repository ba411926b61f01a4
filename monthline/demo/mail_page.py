"""Owns the page of the demo's mail inbox: every mail that was sent, newest first, as plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment

from shared.locale.catalogue import in_every_language


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived; ``id`` is its file's name without the ending."""

    id: str
    at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str


_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ said("demo.mails.mails") }} ({{ total }}) – Monthline demo</title>
<style nonce="{{ nonce }}">
  :root {
    color-scheme: light dark;
    --page: #f3f5f9; --card: #ffffff; --ink: #1d2433; --soft: #5b6578; --line: #e1e5ed; --mark: #2563eb;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #12151c; --card: #1b202b; --ink: #e6e9f0; --soft: #98a2b5; --line: #2c3342; --mark: #7aa2ff;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
    font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  }
  header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: end; margin-bottom: 1rem; }
  h1 { font-size: 1.35rem; margin: 0; flex: 1 1 20rem; }
  h1 small { display: block; font-size: .85rem; font-weight: 400; color: var(--soft); }
  form { display: flex; gap: .5rem; }
  select, button, .button {
    font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
    border-radius: 8px; padding: .3rem .8rem; text-decoration: none; max-width: 18rem;
  }
  button { background: var(--mark); border-color: var(--mark); color: #fff; cursor: pointer; }
  ol { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line);
       border-radius: 12px; overflow: hidden; }
  li + li { border-top: 1px solid var(--line); }
  summary {
    display: grid; grid-template-columns: 11rem 15rem 1fr; gap: 1rem; padding: .65rem 1rem;
    cursor: pointer; align-items: baseline;
  }
  summary::-webkit-details-marker { display: none; }
  summary:hover { background: color-mix(in srgb, var(--mark) 7%, transparent); }
  summary:focus-visible { outline: 2px solid var(--mark); outline-offset: -2px; }
  details[open] summary { border-left: 3px solid var(--mark); padding-left: calc(1rem - 3px); }
  time, .to { color: var(--soft); font-size: .88rem; overflow-wrap: anywhere; }
  .subject { font-weight: 600; overflow-wrap: anywhere; }
  pre {
    margin: 0; padding: .25rem 1rem 1.1rem; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere;
    border-left: 3px solid var(--mark); padding-left: calc(1rem - 3px);
  }
  .empty { text-align: center; color: var(--soft); padding: 4rem 1rem; }
  footer { color: var(--soft); font-size: .88rem; margin-top: 1rem; }
  footer a { color: var(--mark); }
  @media (max-width: 46rem) { summary { grid-template-columns: 1fr; gap: 0; } }
</style>
</head>
<body>
<header>
  <h1>{{ said("demo.mails.title") }}
    <small>{{ said("demo.mails.count", count=total) }}</small>
  </h1>
  <form method="get" action="/">
    <select name="to" aria-label="{{ said("demo.mails.recipient") }}">
      <option value="">{{ said("demo.mails.everybody") }}</option>
      {% for address in addresses %}
      <option value="{{ address }}"{% if address == chosen %} selected{% endif %}>{{ address }}</option>
      {% endfor %}
    </select>
    <button type="submit">{{ said("demo.mails.show") }}</button>
  </form>
</header>
{% if mails %}
<ol>
{% for mail in mails %}
  <li><details>
    <summary>
      {% set at = mail.at.astimezone() %}
      <time datetime="{{ at.isoformat() }}">{{ at.strftime("%Y-%m-%d %H:%M:%S") }}</time>
      <span class="to">{{ mail.to | join(", ") }}</span>
      <span class="subject">{{ mail.subject or "–" }}</span>
    </summary>
    <pre>{{ mail.text }}</pre>
  </details></li>
{% endfor %}
</ol>
{% else %}
<ol><li class="empty">{{ said("demo.mails.none") }}</li></ol>
{% endif %}
<footer>
  {{ said("demo.mails.newest", count=mails | length) }} ·
  <a href="/mails.json">mails.json</a>
</footer>
</body>
</html>
"""

_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_PAGE)


def render_page(
    mails: Sequence[Mail], *, total: int, addresses: Sequence[str], chosen: str, nonce: str
) -> str:
    """The page as HTML; ``nonce`` is the one its content security policy allows."""
    return _TEMPLATE.render(
        mails=mails, total=total, addresses=addresses, chosen=chosen, nonce=nonce, said=in_every_language
    )
