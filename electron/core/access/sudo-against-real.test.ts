import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSudoers } from '../facts/privileged/parse-sudoers.ts'
import { openGrants } from './netgroups.ts'
import { sudoDecision } from './sudo-decision.ts'

const parse = (text: string) =>
  parseSudoers(text.split('\n').map((row, index) => ({ file: '/etc/sudoers', number: index + 1, text: row, line: index + 1 })))
const root = { name: 'root', uid: 0, groups: [{ name: 'root', gid: 0 }] }
const groups = [
  { name: 'ops', gid: 64_200 },
  { name: 'data team', gid: 64_201 },
  // The number of `ops` again: whoever is in it is in that, and sudo knows it by the first name.
  { name: 'opstwin', gid: 64_200, twin: true },
] as const
const people = [
  { name: 'gh-ada', uid: 64_101, groups: [{ name: 'gh-ada', gid: 64_101 }, groups[0], groups[2]] },
  { name: 'gh-bob', uid: 64_102, groups: [{ name: 'gh-bob', gid: 64_102 }, ...groups] },
  { name: 'gh-eve', uid: 64_103, groups: [{ name: 'gh-eve', gid: 64_103 }] },
] as const
const addresses = Object.values(networkInterfaces()).flatMap((all) =>
  (all ?? []).flatMap(({ family, internal, address, netmask }) => (family === 'IPv4' && !internal ? { address, netmask } : [])),
)
const host = [hostname().split('.')[0] ?? '', ...addresses.map(({ address }) => address)]
const bits = (netmask: string) => netmask.split('.').reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0)

const commands: readonly (readonly [string, ...string[]])[] = [
  ['/usr/bin/id'],
  ['/usr/bin/id', '-u'],
  ['/usr/bin/ls', '/etc'],
  ['/usr/bin/ls', '-l', '/var/log/a,b'],
  ['/usr/bin/tail', '-n', '5', '/var/log/x.log'],
  ['/usr/bin/systemctl', 'restart', 'vllm.service'],
  ['/usr/sbin/visudo'],
  ['/usr/bin/id', '-n'],
  ['/usr/bin/printf', 'a=b:c'],
  ['/usr/bin/printf', 'x y'],
  ['/usr/bin/printf', 'a*'],
]
const targets = [root, ...people]
const digest = existsSync('/usr/bin/id') ? createHash('sha256').update(readFileSync('/usr/bin/id')).digest('hex') : ''

const user = fc.constantFrom(
  'gh-ada',
  'gh-bob',
  'gh-eve',
  '%ops',
  '%data\\ team',
  '"%data team"',
  '#64101',
  '%#64201',
  'ALL',
  'PEOPLE',
  'STAFF',
  'nobody',
  '"gh-ada"',
  '%#64101',
  '#64102',
  '#64102\\\n',
  'gh\\-eve',
  '%:ops',
  '"%:ops"',
  'gh-\\x65ve',
  '"gh-ada" , "#64103"',
  'Gh-Ada',
  '%Ops',
  '%OPS',
  '"%Data Team"',
  '%opstwin',
  'GH\\-EVE',
)
const target = fc.constantFrom('Gh-Bob', '%Ops', 'ROOT', '%opstwin', 'root', 'gh-bob', 'ALL', '#0', '%ops', 'TARGETS', 'gh-eve')
const at = fc.constantFrom(
  'ALL',
  'ALL',
  host[0] ?? '',
  'elsewhere',
  'HERE',
  '10.99.99.0/24',
  '*',
  `${host[0]?.slice(0, 1)}*`,
  'else*',
  ...addresses.flatMap(({ address, netmask }) => [address, `${address}/${netmask}`, `${address}/${bits(netmask)}`]),
  '!10.99.99.0/255.255.255.0',
  '127.0.0.1',
  'NETS',
  '"ALL"',
  host[0]?.toUpperCase() ?? '',
  '?*',
)
const word = fc.constantFrom(
  ...[
    'ALL',
    '/usr/bin/id',
    '/usr/bin/id ""',
    '/usr/bin/id -u',
    '/usr/bin/ls',
    '/usr/bin/ls /etc',
    '/usr/bin/ls -l *',
    '/usr/bin/ls -l /var/log/a\\,b',
  ],
  ...[
    '/usr/bin/',
    '/usr/bin/[il]*',
    '/usr/bin/tail -n [0-9] /var/log/*',
    '/usr/bin/tail -n ? *',
    '/usr/bin/systemctl restart vllm.service',
    '/usr/sbin/visudo',
  ],
  // Expressions, digests, sudoedit, classes, paths that lead back.
  ...['^/usr/bin/(id|ls)$', '^/usr/bin/tail$ ^-n [0-9]+ /var/log/.*$', '^/usr/bin/.*$ ^-u$'],
  ...[
    'sudoedit',
    'sudoedit /etc/*',
    'sudoedit /*',
    'sudoedit /etc/nginx/nginx.conf',
    'sudoedit /etc/[!n]*',
    '/usr/bin/[!l]*',
    '/usr/*/id',
    '/usr/bin/id -[un]',
  ],
  ...[
    '/usr/bin/printf a\\=b\\:c',
    '/usr/bin/printf x\\ y',
    '/usr/bin/printf "x y"',
    '/usr/bin/printf a\\*',
    '/usr/bin/printf *',
    '/usr/bin/printf [ax]*',
  ],
  ...[
    '/usr/sbin',
    '/usr/sbin/',
    '/usr/',
    '/usr/bin/id \\\n  -u',
    '^/usr/bin/printf$ ^(a|x).*$',
    '/usr/bin/printf ^a=b:c$',
    'list',
    'TOOLS',
    'DEEP',
    '/usr/bin/../bin/id',
    'sudoedit /etc/hosts /etc/motd',
    'sudoedit ""',
  ],
  ...['LOOK', 'SERVICE', '/usr/bin/l?', '/usr/bin/systemctl', '/usr/bin/tail -n \\* *'],
)
const negated = (of: fc.Arbitrary<string>) => fc.tuple(fc.constantFrom('', '', '', '!', '!!'), of).map(([sign, text]) => sign + text)
const list = (of: fc.Arbitrary<string>, maxLength = 3) =>
  fc.tuple(fc.array(negated(of), { minLength: 1, maxLength }), fc.constantFrom(',', ', ', ' , ')).map(([all, between]) => all.join(between))
const runAs = fc.oneof(
  fc.constant(''),
  list(target).map((all) => `(${all}) `),
  list(target).map((all) => `(${all}:ALL) `),
  fc.constantFrom('(:ops) ', '(:Ops, ALL) ', '(#-1) ', '(ALL, !ROOT) ', '(ALL, !#0) '),
)
const tag = fc.constantFrom(
  ...[
    '',
    '',
    'NOPASSWD: ',
    'PASSWD: ',
    'NOPASSWD: SETENV: ',
    'NOEXEC:',
    'EXEC: NOSETENV: ',
    'NOLOG_INPUT:LOG_OUTPUT: ',
    'MAIL: ',
    'CWD=/tmp ',
    'TIMEOUT=5m NOPASSWD: ',
    'SETENV:NOEXEC:',
    'FOLLOW: ',
    'NOFOLLOW:NOMAIL: ',
    'NOINTERCEPT: ',
    'TIMEOUT=1d2h SETENV: ',
    'CWD=* ',
  ],
)
// A digest stands before the mark that takes back.
const bound = fc.constantFrom('/usr/bin/id', '/usr/bin/id -u', '!/usr/bin/id').map((text) => `sha256:${digest} ${text}`)
const entry = fc.tuple(runAs, tag, fc.oneof({ arbitrary: negated(word), weight: 9 }, bound)).map((parts) => parts.join(''))
const rule = fc
  .tuple(list(user), fc.array(fc.tuple(list(at, 2), fc.array(entry, { minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 2 }))
  .map(([users, parts]) => `${users} ${parts.map(([hosts, entries]) => `${hosts} = ${entries.join(', ')}`).join(' : ')}`)
const defaults = fc.constantFrom(
  ...[
    'Defaults !authenticate',
    'Defaults runas_default=gh-bob',
    'Defaults:gh-ada !authenticate',
    'Defaults:!gh-ada, ALL runas_default=gh-eve',
  ],
  ...[
    'Defaults@elsewhere runas_default=gh-eve',
    'Defaults!/usr/bin/id noexec',
    'Defaults>gh-bob !authenticate',
    'Defaults:%ops env_keep += "A LD_PRELOAD", setenv',
  ],
  ...[
    'Defaults:gh-ada setenv',
    'Defaults!LOOK setenv, !authenticate',
    'Defaults>root noexec',
    'Defaults@HERE env_keep -= "LD_PRELOAD"',
    'Defaults:PEOPLE \\\n  !requiretty, passwd_tries=3',
    'Defaults timestamp_timeout=-1, umask=0022',
    'Defaults editor="/usr/bin/vi:/usr/bin/nano", env_editor',
    'Defaults !lecture,insults',
    'Defaults !case_insensitive_user',
    'Defaults !case_insensitive_group, !case_insensitive_user',
  ],
  ...['# a comment', 'Defaults secure_path = "/usr/bin:/bin", !env_reset'],
)
const ending = fc.constantFrom('', '', ' ', ' # a comment', '\t#x')
const file = fc
  .array(fc.oneof({ arbitrary: fc.tuple(rule, ending).map((parts) => parts.join('')), weight: 5 }, defaults), {
    minLength: 1,
    maxLength: 7,
  })
  .map(
    (rules) =>
      `User_Alias PEOPLE = gh-ada, STAFF : STAFF = %ops, !gh-bob\nRunas_Alias TARGETS = gh-bob, !root\nHost_Alias HERE = ${host[0]} : NETS = 10.98.0.0/16, !HERE\n` +
      `Cmnd_Alias LOOK = /usr/bin/id, !SERVICE, /usr/bin/ls : SERVICE = /usr/bin/systemctl restart *, \\\n  /usr/bin/tail\nCmnd_Alias TOOLS = /usr/bin/, !/usr/bin/printf : DEEP = !LOOK, TOOLS, sudoedit /etc/*\n${rules.join('\n')}\n`,
  )

const possible = process.getuid?.() === 0 && existsSync('/usr/bin/sudo') && spawnSync('unshare', ['-m', 'true']).status === 0

/**
 * The real `sudo -l -U`, in a mount namespace where passwd, group and sudoers are other files: nothing of the machine is changed. It takes sudoedit for the program, and
 * `Defaults` of one account for those of who asks, and `()` for root itself: all are tried by accounts instead (`real-host.test.ts`, the lab).
 */
function realAnswers(files: readonly string[], netgroups = ''): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sudoers-'))
  try {
    mkdirSync(join(folder, 'sudoers'))
    const rows = people.map(({ name, uid }) => `${name}:x:${uid}:${uid}::/:/bin/sh\n`).join('')
    const teams = groups.map((group) => {
      // Of two groups with one number only the second lists them.
      const only = groups.findLast(({ gid }) => gid === group.gid)
      const in_ = people.filter((one) => group === only && one.groups.some(({ gid }) => gid === group.gid)).map(({ name }) => name)
      return `${group.name}:x:${group.gid}:${in_.join(',')}\n`
    })
    writeFileSync(join(folder, 'passwd'), readFileSync('/etc/passwd', 'utf8') + rows)
    writeFileSync(
      join(folder, 'group'),
      readFileSync('/etc/group', 'utf8') + people.map(({ name, uid }) => `${name}:x:${uid}:\n`).join('') + teams.join(''),
    )
    for (const [index, text] of files.entries()) writeFileSync(join(folder, 'sudoers', String(index)), text, { mode: 0o440 })
    for (let turn = 0; turn < TURNS; turn++) {
      const ask = inTurn(turn).map(
        ({ account, as, words }) =>
          `sudo -n -l -U ${account.name} -u ${as.name} -- '${words.join("' '")}' >/dev/null 2>&1 && printf 1 || printf 0`,
      )
      writeFileSync(join(folder, `ask${turn}`), `${ask.join('\n')}\necho\n`)
    }
    // netgroup(5) is a file that is not there, so that /etc is another one.
    writeFileSync(join(folder, 'netgroup'), netgroups)
    const other = `cp -a /etc "$0/etc" && cp "$0/netgroup" "$0/etc/" && sed -i '/^netgroup:/d; $ a netgroup: files' "$0/etc/nsswitch.conf" && mount --bind "$0/etc" /etc &&`
    const script = `${netgroups && other} mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group || exit 9
for file in $(seq 0 ${files.length - 1}); do
  mount --bind "$0/sudoers/$file" /etc/sudoers && visudo -c -q -f /etc/sudoers >/dev/null 2>&1 && . "$0/ask$((file % ${TURNS}))" || echo bad
  umount /etc/sudoers
done`
    const { stdout, status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, folder], { encoding: 'utf8', maxBuffer: 1e8 })
    if (status === 9) throw new Error(stderr)
    return stdout.trim().split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ownAnswers = (text: string, turn: number): string => {
  const sudoers = parse(text)
  return inTurn(turn)
    .map(({ account, as, words: [path, ...args] }) =>
      sudoDecision(sudoers, account, host, as, { path, args })?.allowed === true ? '1' : '0',
    )
    .join('')
}

/** What is asked of every file would take minutes: each is asked a sixth of it, and six in a row are asked all. */
const TURNS = 6
const questions = people.flatMap((account) => targets.flatMap((as) => commands.map((words) => ({ account, as, words }))))
const inTurn = (turn: number) => questions.filter((_, at) => (at + turn) % TURNS === 0)
const FILES = 300
const NETGROUP_FILES = 100

/** Groups of a directory (netgroup(5)) in the places of rules: who is in them is not asked, so that of some questions nothing is said. */
const NETGROUPS = `staff (,gh-ada,)\nnested staff (,gh-eve,)\nnone (,nobody,)\ngpus (${hostname()},,) (${host[0]},,)\nfar (elsewhere,,)\nruns (,gh-bob,)\n`
const withNetgroups = fc
  .array(
    fc
      .tuple(
        list(fc.oneof(user, fc.constantFrom('+staff', '+nested', '+none', 'TEAM'))),
        list(fc.oneof({ arbitrary: fc.constant('ALL'), weight: 3 }, fc.constantFrom('+gpus', '+far', 'RACK')), 2),
        fc.oneof({ arbitrary: runAs, weight: 3 }, fc.constantFrom('(+runs) ', '(ALL, !+runs) ', '(root, +staff) ')),
        fc.array(fc.oneof(entry, fc.constant('NOPASSWD: ALL')), { minLength: 1, maxLength: 2 }),
      )
      .map(
        ([users, hosts, as, [first = '', ...more]]) => `${users} ${hosts} = ${as}${[first.replace(/^\(.*?\) /, ''), ...more].join(', ')}`,
      ),
    { minLength: 1, maxLength: 2 },
  )
  .map(
    (rules) =>
      `User_Alias TEAM = +staff, !gh-bob : PEOPLE = gh-ada, STAFF : STAFF = %ops, !gh-bob\nRunas_Alias TARGETS = gh-bob, !root\nHost_Alias RACK = +gpus, !+far\n` +
      `Cmnd_Alias LOOK = /usr/bin/id : SERVICE = /usr/bin/tail : TOOLS = /usr/bin/ : DEEP = LOOK\n${rules.join('\n')}\n`,
  )

describe.runIf(possible)('held against the real sudo', () => {
  test(`${NETGROUP_FILES} generated files with netgroups: nobody is said to be unable who is not`, { timeout: 300_000 }, () => {
    const files = fc.sample(withNetgroups, { numRuns: NETGROUP_FILES, seed: 20_261_127 })
    const real = realAnswers(files, NETGROUPS)
    const wrong: string[] = []
    let [sure, opened, decided] = [0, 0, 0]
    for (const [index, text] of files.entries()) {
      if (real[index] === 'bad') wrong.push(`visudo refuses it:\n${text}`)
      const sudoers = parse(text)
      const open = openGrants(sudoers)
      for (const [at, { account, as, words }] of inTurn(index).entries()) {
        const [path, ...args] = words
        const says = sudoDecision(sudoers, account, host, as, { path, args })
        const may = real[index]?.[at] === '1'
        if (may) opened++
        if (may && says?.allowed === true) sure++
        if (!may && says?.allowed !== true) decided++
        // A netgroup alone explains a difference, and then the gap is said, or the condition.
        const explained = may ? open.length > 0 : says?.onlyIf !== undefined || /\+|TEAM|RACK/.test(text)
        if (may !== (says?.allowed === true) && !explained) wrong.push(`${account.name} as ${as.name}: ${words.join(' ')}:\n${text}`)
      }
    }
    expect(wrong.length, wrong.slice(0, 3).join('\n')).toBe(0)
    // It is not all left open.
    expect([sure > opened / 4, decided > 100]).toEqual([true, true])
  })

  test(`${FILES} generated files`, { timeout: 600_000 }, () => {
    const files = fc.sample(file, { numRuns: FILES, seed: 20_261_126 })
    const real = realAnswers(files)
    expect(real).toHaveLength(files.length)
    const different = files.flatMap((text, index) => {
      if (real[index] === 'bad') return [`visudo refuses it:\n${text}`]
      const own = ownAnswers(text, index)
      const asked = inTurn(index).filter((_, at) => own[at] !== real[index]?.[at])
      const said = asked.slice(0, 3).map(({ account, as, words }) => `${account.name} as ${as.name}: ${words.join(' ')}`)
      return asked.length === 0 ? [] : [`${said.join('; ')}; ${asked.length} in all:\n${text}`]
    })
    expect(different.length, different.slice(0, 3).join('\n')).toBe(0)
  })
})
