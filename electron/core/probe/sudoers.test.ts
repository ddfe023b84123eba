import { expect, test } from 'vitest'
import { command, script } from './section.ts'
import { sudoersCommand, sudoersFor, sudoersLineFor } from './sudoers.ts'

test.each([
  ['/usr/bin/ss', ['-Htulnp'], '/usr/bin/ss -Htulnp'],
  ['/usr/sbin/iptables-save', [], '/usr/sbin/iptables-save ""'],
  ['/bin/x', ['a b', 'c*', 'd?', '[e]', '!f'], '/bin/x a\\ b c\\* d\\? \\[e\\] \\!f'],
  ['/bin/x', ['a,b:c=d#e'], '/bin/x a\\,b\\:c\\=d\\#e'],
  ['/bin/x', ['\\'], '/bin/x \\\\\\\\'],
  ['/bin/x', ['%y/%m', '$HOME', '"q"'], '/bin/x %y/%m $HOME "q"'],
])('%s %j', (path, args, line) => expect(sudoersCommand(path, args)).toBe(line))

test.each([[['a\nb']], [['']], [['a', '', 'b']], [[' a']], [['^a$']], [['/models -delete']], [['/models ( -o )']]])(
  'cannot be said exactly: %j',
  (args) => {
    expect(sudoersCommand('/bin/x', args)).toBeUndefined()
    expect(sudoersLineFor('audit', { argv: ['/bin/x', ...args] })).toBeUndefined()
  },
)

// Read by visudo and sudo of sudo-rs 0.2.13 in the lab.
test.each([
  ['/usr/bin/ss', ['-Htulnp'], '/usr/bin/ss -Htulnp'],
  ['/usr/sbin/iptables-save', [], '/usr/sbin/iptables-save ""'],
  ['/bin/x', ['[e]', '!f', '(', 'a{0,}'], '/bin/x [e] !f ( a{0\\,}'],
  ['/bin/x', ['a,b:c=d#e', '\\'], '/bin/x a\\,b\\:c\\=d\\#e \\\\'],
])('for sudo-rs: %s %j', (path, args, line) => expect(sudoersCommand(path, args, 'sudo-rs')).toBe(line))

test.each([[['a b']], [['']], [['a\tb']], [['x', '*']], [['*.conf']], [['a?']], [['^a']], [['""']], [['x'.repeat(1020)]]])(
  'sudo-rs cannot say exactly: %j',
  (args) => expect(sudoersCommand('/bin/x', args, 'sudo-rs')).toBeUndefined(),
)

test('only absolute paths are allowed, each once', () => {
  expect(sudoersLineFor('CORP\\ann', { argv: ['ss', '-n'], alternatives: ['/bin/ss', '/usr/bin/ss', '/bin/ss'] })).toBe(
    'CORP\\\\ann ALL=(root) NOPASSWD: /bin/ss -n, /usr/bin/ss -n',
  )
  expect(() => sudoersLineFor('audit', { argv: ['ss'] })).toThrow(RangeError)
  expect(() => sudoersLineFor('%wheel', { argv: ['/bin/ss'] })).toThrow(RangeError)
})

test('the same text in any order, and nothing for what needs no root', () => {
  const one = command({ id: 'b', argv: ['/bin/b', 'x'], privilege: 'sudo' })
  const two = command({ id: 'a', argv: ['/bin/b', 'x'], privilege: 'prefer-sudo' })
  const three = script({ id: 'c', script: ':', privileged: [{ argv: ['/bin/a'] }, { argv: ['/bin/z', ' '] }], display: 'c' })
  const none = command({ id: 'd', argv: ['/bin/d'], privilege: 'none' })
  const text = sudoersFor('audit', [one, two, three, none])
  expect(sudoersFor('audit', [none, three, two, one])).toBe(text)
  expect(text.split('\n').slice(2)).toEqual([
    '# Where sudoers says "Defaults requiretty", add: Defaults:audit !requiretty',
    '# c',
    '# cannot be allowed exactly: ["/bin/z"," "]',
    '# c',
    'audit ALL=(root) NOPASSWD: /bin/a ""',
    '# a, b',
    'audit ALL=(root) NOPASSWD: /bin/b x',
    '',
  ])
  expect(sudoersFor('audit', [none])).not.toContain('audit ALL')
})
