import { suspiciousFile as suspicious } from './verdicts.ts'

const reached = 'messages[m.a][m.b]'
const eval_ = 'raise_exception[m.a][m.b][m.c]'

/** Templates that have no name of what they reach: the request has it. Jinja 3.1 ran `eval` by each that begins at `raise_exception`. */
export const templateCalls = [
  ['at once', `{{ ${eval_}(m.cmd) }}`],
  ['from a message on', `{{ ${reached}(m.cmd) }}`],
  ['in brackets', `{{ (${reached} if true else 1)(m.cmd) }}`],
  ['behind blanks', `{{ ${reached}\n\n(m.cmd) }}`],
  ['by a variable', `{% set f = ${reached} %}{{ f (m.cmd) }}`],
  ['by a variable in other letters', `{% set \u00e9 = ${reached} %}{{ \u00e9(m.cmd) }}`],
  ['by a variable with the name of a tag', `{% set print = ${reached} %}{{ print(m.cmd) }}`],
  ['by a long name', `{% set ${'a'.repeat(300)} = ${reached} %}{{ ${'a'.repeat(300)}(m.cmd) }}`],
  ['by one of two variables', `{% set (f, g) = (${reached}, 1) %}{{ f(m.cmd) }}`],
  ['by the second variable of with', `{% with a = 1, f = ${reached} %}{{ f(m.cmd) }}{% endwith %}`],
  ['by a loop', `{% for f in [${reached}] %}{{ f(m.cmd) }}{% endfor %}`],
  ['by a macro', `{% macro x(f, m) %}{{ f(m.cmd) }}{% endmacro %}{{ x(${reached}, m) }}`],
  ['by what a macro is given beside', `{% macro x(m) %}{{ varargs[0](m.cmd) }}{% endmacro %}{{ x(m, ${reached}) }}`],
  ['by what a macro is given by name', `{% macro x(m) %}{{ kwargs.f(m.cmd) }}{% endmacro %}{{ x(m, f=${reached}) }}`],
  ['by a block that calls', `{% macro x(m) %}{{ caller(${reached}, m) }}{% endmacro %}{% call(f, m) x(m) %}{{ f(m.cmd) }}{% endcall %}`],
  ['by a field', `{% set n = namespace(v=messages) %}{% for k in m.keys %}{% set n.v = n.v[k] %}{% endfor %}{{ n.v(m.cmd) }}`],
  ['by a field with the name of a method', `{% set n = namespace(get=${reached}) %}{{ n.get(m.cmd) }}`],
  ['by a field that is set later', `{% set n.get = ${reached} %}{{ n.get(m.cmd) }}`],
  ['by a method of a module', '{{ messages[m.a].run(m.cmd) }}'],
  ['and fills in a text that it was given', '{{ m.text.format(raise_exception) }}'],
  ['and prints what a function knows', '{{ raise_exception[m.a] }}'],
  ['and prints what a function in brackets knows', '{{ (raise_exception)[m.a] }}'],
  ['and prints what a function by another name knows', '{% set f = strftime_now %}{{ f[m.a] }}'],
  ['and prints what a macro knows', '{% macro q() %}{% endmacro %}{{ q[m.a][m.b] }}'],
  ['and prints what a loop knows', '{% for x in messages %}{{ loop[m.a] }}{% endfor %}'],
  ['and prints what a method of a loop knows', '{% for x in messages %}{{ loop.cycle[m.a] }}{% endfor %}'],
  ['and prints what a namespace knows', '{% set n = namespace(v=1) %}{{ n[m.a][m.b] }}'],
  ['and prints what a namespace knows by a filter', "{% set n = namespace(v=1) %}{{ [n]|join('', m.a) }}"],
  ['and sums what it names', '{% set n = namespace(v=1) %}{{ [n]|sum(m.a) }}'],
  ['and sorts by what it names', '{% set n = namespace(v=1) %}{{ [n]|sort(false, true, m.a) }}'],
  ['and prints what a filter knows', "{% set g = messages|map('upper') %}{{ g[m.a][m.b] }}"],
  ['and prints what a filter in brackets knows', "{{ (messages|map('upper'))[m.a][m.b] }}"],
].map(([how = '', block = '']) =>
  suspicious(`a template that the request leads out ${how}`, `{% set m = messages[0] %}${block}`, 'chat_template.jinja'),
)
