"""Owns the issuer's one page: the people of the demo, each with a button that copies a token."""

from collections.abc import Sequence

from jinja2 import Environment

from shared.contracts.organisation import Person

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Monthline demo · 登录 · sign in</title>
<style nonce="{{ nonce }}">
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d2433; }
  body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
  h1 { font-size: 1.3rem; } p { color: #566; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #e3e6ec; vertical-align: top; }
  button { font: inherit; padding: .15rem .7rem; background: #f6f8fb; }
  button { border: 1px solid #9aa5b8; border-radius: 6px; }
  button.done { background: #dff3e4; border-color: #69a87a; }
  code { color: #566; }
</style>
</head>
<body>
<h1>Monthline demo: tokens · 演示令牌</h1>
<p>Copy a token and paste it into “Authorize” of any service's API docs. This issuer exists only in
the demo and only on this machine.
复制令牌后粘贴到任一服务接口文档的 “Authorize” 中；此签发方仅供本机演示。</p>
<table>
<thead><tr><th>Person · 人员</th><th>Department · 部门</th><th>Roles · 角色</th><th></th></tr></thead>
<tbody>
{% for person in people %}
<tr>
  <td>{{ person.name.zh }} · {{ person.name.en }} <code>{{ person.id }}</code></td>
  <td>{{ person.department }}</td>
  <td>{{ person.roles | map(attribute="role") | join(", ") }}</td>
  <td><button type="button" data-person="{{ person.id }}">copy token · 复制令牌</button></td>
</tr>
{% endfor %}
<tr>
  <td>操作员 · Operator <code>{{ operator }}</code></td><td></td><td>admin</td>
  <td><button type="button" data-person="{{ operator }}">copy token · 复制令牌</button></td>
</tr>
</tbody>
</table>
<script nonce="{{ nonce }}">
  for (const button of document.querySelectorAll("button[data-person]")) {
    const text = button.textContent;
    button.addEventListener("click", async () => {
      const answer = await fetch("/token", {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({person: button.dataset.person}),
      });
      const {access_token} = await answer.json();
      await navigator.clipboard.writeText(access_token);
      button.classList.add("done");
      button.textContent = "copied · 已复制";
      setTimeout(() => { button.textContent = text; button.classList.remove("done"); }, 1500);
    });
  }
</script>
</body>
</html>
"""

_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_PAGE)


def render_page(people: Sequence[Person], operator: str, nonce: str) -> str:
    """The page as HTML; ``nonce`` is the one its content security policy allows."""
    ordered = sorted(people, key=lambda person: (person.department, person.id))
    return _TEMPLATE.render(people=ordered, operator=operator, nonce=nonce)
