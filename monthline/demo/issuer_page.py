"""Owns the issuer's one page: the people of the demo, each with a button that copies a token."""

from collections.abc import Sequence

from jinja2 import Environment

from shared.contracts.organisation import Person
from shared.contracts.words import Language
from shared.locale.catalogue import in_every_language, text

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ said("demo.tokens.sign_in") }} – Monthline demo</title>
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
<h1>{{ said("demo.tokens.title") }}</h1>
{% for language in languages %}
<p lang="{{ language }}">{{ text("demo.tokens.use", language) }}</p>
{% endfor %}
<table>
<thead><tr>
  <th>{{ said("label.kind.person") }}</th>
  <th>{{ said("label.kind.department") }}</th>
  <th>{{ said("demo.tokens.roles") }}</th>
  <th></th>
</tr></thead>
<tbody>
{% for person in people %}
<tr>
  <td>{{ person.name.zh }} · {{ person.name.en }} <code>{{ person.id }}</code></td>
  <td>{{ person.department }}</td>
  <td>{{ person.roles | map(attribute="role") | join(", ") }}</td>
  <td><button type="button" data-person="{{ person.id }}">{{ said("demo.tokens.copy") }}</button></td>
</tr>
{% endfor %}
<tr>
  <td>{{ said("demo.tokens.operator") }} <code>{{ operator }}</code></td><td></td><td>admin</td>
  <td><button type="button" data-person="{{ operator }}">{{ said("demo.tokens.copy") }}</button></td>
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
      button.textContent = {{ said("demo.tokens.copied") | tojson }};
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
    return _TEMPLATE.render(
        people=ordered,
        operator=operator,
        nonce=nonce,
        said=in_every_language,
        text=text,
        languages=list(Language),
    )
