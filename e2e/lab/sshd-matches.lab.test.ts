import { expect, test } from 'vitest'
import type { FileLine } from '#core/facts/privileged/read-block.ts'
import { parseMatches } from '#core/facts/privileged/sshd-files.ts'
import { parseSshd } from '#core/facts/sshd/parse.ts'
import { scopesOf } from '#core/policy/controls/ssh/sshd-scopes.ts'
import { arrange } from './lab.ts'

/**
 * Random configurations with `Match` and `Include`, given to the real sshd: what `sshd -T -C` says of every login that was tried is among the kinds of
 * login that Gatehouse tells apart. Where it says that something was not read, it says no more.
 */
const CONFIGURATIONS = Number(process.env.SSHD_CONFIGURATIONS ?? 30)

const settings: Readonly<Record<string, readonly string[]>> = {
  PermitRootLogin: ['yes', 'no', 'prohibit-password'],
  PasswordAuthentication: ['yes', 'no'],
  AllowTcpForwarding: ['yes', 'no', 'local'],
  MaxAuthTries: ['3', '6', '10'],
  AuthenticationMethods: ['publickey', 'publickey,keyboard-interactive', '"publickey,password" publickey,keyboard-interactive'],
  X11Forwarding: ['yes', 'no'],
  LogLevel: ['INFO', 'VERBOSE', 'QUIET'],
  ChallengeResponseAuthentication: ['yes', 'no'],
  KbdInteractiveAuthentication: ['yes', 'no'],
}
const keywords = [...new Set(Object.keys(settings).map((keyword) => keyword.toLowerCase()))].filter((one) => !one.startsWith('challenge'))

const criteria = [
  ...['ada', 'bob', 'root', '*', '!root,*', 'ada,bob', 'a*', '!ada,*', 'Ada', '*,!bob', '!ada'].map((list) => `User ${list}`),
  ...['ops', 'admins', 'ops,admins', '!ops,*', '*', 'eve'].map((list) => `Group ${list}`),
  ...['10.0.0.10', '10.0.0.0/8', '*,!10.0.0.10', '!10.0.0.0/8,*', '192.168.1.*', '2001:db8::/32', '0.0.0.0/0,::/0', '0.0.0.0/0'].map(
    (list) => `Address ${list}`,
  ),
  ...['jump.lan', '*.lan', '*', '!jump.lan,*'].map((list) => `Host ${list}`),
  ...['10.0.1.1', '10.0.0.0/8'].map((list) => `LocalAddress ${list}`),
  ...['22', '2222'].map((port) => `LocalPort ${port}`),
]
const folder = '/etc/ssh/sshd_config.d'
const includes = [
  ...[`${folder}/*.conf`, `${folder}/*.conf`, 'sshd_config.d/*.conf', `${folder}/10-a.conf`, `${folder}/2*.conf`],
  ...[`${folder}/10-a.conf ${folder}/20-b.conf`, '/etc/ssh/more.conf', `${folder}/none.conf`],
]
const logins = ['root', 'ada', 'bob', 'eve'].flatMap((user) =>
  ['10.0.0.10', '10.0.1.5', '192.168.1.1', '2001:db8::5'].flatMap((addr) =>
    ['jump.lan,lport=22,laddr=10.0.1.1', 'b.org,lport=2222,laddr=192.168.1.2'].map((host) => `user=${user},addr=${addr},host=${host}`),
  ),
)

/** mulberry32: the same configurations in each run. */
function chooser(seed: number) {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  return { pick, chance: (of: number) => random() < of, upTo: (most: number) => Math.floor(random() * (most + 1)) }
}
type Chooser = ReturnType<typeof chooser>

function line({ pick, chance }: Chooser, keyword: string, value: string): string {
  const name = pick([keyword, keyword, keyword.toLowerCase(), keyword.toUpperCase()])
  const quoted = chance(0.1) && keyword !== 'Match' && !/["\s]/.test(value) ? `"${value}"` : value
  return `${pick(['', '', '  ', '\t'])}${name}${pick([' ', ' ', '\t', '=', ' = '])}${quoted}${pick(['', '', '', ' # why', ' '])}`
}

function fileOf(choose: Chooser, main: boolean): readonly string[] {
  const { pick, chance, upTo } = choose
  const some = (most: number) =>
    Array.from({ length: upTo(most) }, () => {
      const keyword = pick(Object.keys(settings))
      return line(choose, keyword, pick(settings[keyword] ?? []))
    })
  const include = (of: number) => (chance(of) ? [line(choose, 'Include', pick(includes))] : [])
  const match = () => {
    const words = chance(0.12) ? ['all'] : Array.from({ length: chance(0.25) ? 2 : 1 }, () => pick(criteria))
    return line(choose, 'Match', chance(0.1) ? words.join(' ').replace(' ', '=') : words.join(' '))
  }
  const blocks = Array.from({ length: upTo(main ? 4 : 2) }, () => [match(), ...some(3), ...include(0.1)])
  return [...include(main ? 0.5 : 0.1), ...some(3), ...include(main ? 0.2 : 0), ...blocks.flat()]
}

const valuesIn = (value: (keyword: string) => string | undefined): string =>
  keywords
    .map((keyword) => (value(keyword) ?? '').toLowerCase().replace('prohibit-password', 'without-password').replace('quiet', 'silent'))
    .join(' | ')

test('every kind of login that the real sshd tells apart is known', { timeout: 600_000 }, async () => {
  const choose = chooser(20_261_127)
  const configurations = Array.from({ length: CONFIGURATIONS }, () => {
    const names = ['sshd_config.d/10-a.conf', 'sshd_config.d/20-b.conf', 'sshd_config.d/25-c.disabled', 'more.conf'].filter((_, at) =>
      choose.chance([0.7, 0.5, 0.2, 0.2][at] ?? 0),
    )
    return ['sshd_config', ...names].map((name) => ({ name, lines: fileOf(choose, name === 'sshd_config') }))
  })
  // In a mount namespace of its own: the sshd of this host never sees these files.
  const script = configurations.flatMap((files) => [
    'rm -rf /etc/ssh/sshd_config.d /etc/ssh/more.conf; mkdir /etc/ssh/sshd_config.d',
    ...files.map(({ name, lines }) => `cat >/etc/ssh/${name} <<'EOF'\n${lines.join('\n')}\nEOF`),
    'echo @; /usr/sbin/sshd -T -C lport=65535 2>/dev/null',
    ...logins.map((login) => `echo @; /usr/sbin/sshd -T -C ${login} 2>/dev/null`),
    'echo @@',
  ])
  const printed = await arrange(
    'gpu3',
    `for name in ada bob eve; do id $name >/dev/null 2>&1 || useradd $name; done
for group in ops admins; do getent group $group >/dev/null || groupadd $group; done
usermod -aG ops ada; usermod -aG ops,admins bob
cat >/run/configurations; unshare -m sh -c 'mkdir -p /run/ssh; cp -a /etc/ssh/. /run/ssh; mount --bind /run/ssh /etc/ssh; sh /run/configurations; :'`,
    script.join('\n'),
  )
  const wrong: unknown[] = []
  let compared = 0
  for (const [at, answers] of printed.split('@@\n').slice(0, -1).entries()) {
    const files = configurations[at] ?? []
    const [everybody, ...each] = answers.split(/^@\n/m).slice(1)
    // Refused by sshd itself, as two words `any` are, or an Include of itself.
    if (everybody === undefined || parseSshd(everybody).settings.port === undefined) continue
    let number = 0
    const rows = files
      .filter(({ name }) => name !== 'more.conf')
      .flatMap(({ name, lines }) => lines.map((text): FileLine => ({ file: `/etc/ssh/${name}`, text, number: ++number, line: number })))
    const matches = parseMatches(rows)
    if (matches.elsewhere.length > 0) continue
    compared++
    const kinds = scopesOf(parseSshd(everybody), matches, keywords).map(({ setting }) => valuesIn((keyword) => setting(keyword)?.value))
    const missing = each.flatMap((answer, login) => {
      const { settings: found } = parseSshd(answer)
      const values = valuesIn((keyword) => found[keyword]?.map(({ value }) => value).join(' '))
      return found.port === undefined || kinds.includes(values) ? [] : [{ login: logins[login], values }]
    })
    if (missing.length > 0) wrong.push({ files, missing: missing.slice(0, 3), kinds })
  }
  expect(wrong).toEqual([])
  expect(compared).toBeGreaterThan(CONFIGURATIONS / 2)
})
