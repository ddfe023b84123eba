import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectOs } from './collect.ts'

/** The time services that hosts have, each said by stand-ins of the programs that are asked. timedatectl is not: it would start a service. */
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-clock-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const [section] = collectOs({ modelPaths: [] } as never)
const script = section?.kind === 'script' ? section.script : ''
/** From the function to its one call; the time services that run are told between the two. */
const clock = script.slice(script.indexOf('clock() {'), script.indexOf('kept=; '))

function ask(programs: Readonly<Record<string, string>>, contained = false): string {
  const path = mkdtempSync(join(folder, 'path-'))
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(path, name), 0o755)
  }
  writeFileSync(join(path, 'awk'), '#!/bin/sh\nexec /usr/bin/awk "$@"\n', { mode: 0o755 })
  return execFileSync('/bin/sh', ['-c', `nl='\n'\nunits=\n${clock.replace('/run/systemd/container', contained ? folder : '/none')}`], {
    env: { PATH: path },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .replace('@clock\n=NTPSynchronized=', '')
    .trim()
}

/** As chrony 4.3 printed them, also when its one source no longer answered; `mark` is that of the source (chronyc(1), sources). */
const tracking = (leap: string, mark = '^*', id = 'A9FEA97B') =>
  `[ "$2" = tracking ] || { echo '==='; echo '${mark} 10.0.0.1  8   0     0    21   -148ns[ -205ns] +/- 3134ns'; exit; }; echo 'Reference ID    : ${id} ()'; echo 'Leap status     : ${leap}'`
/** Names are those that the unit goes by, its own first. */
const runs = (names: string, state = 'active') =>
  `printf 'Id=%s\\nNames=%s\\nLoadState=loaded\\nActiveState=%s\\n\\n' '${names.split(' ')[0]}' '${names}' '${state}'`

test('nothing that a question would start is asked', () => expect(script).not.toContain('timedatectl'))

test.each([
  ['chrony follows a source', { chronyc: tracking('Normal') }, 'yes'],
  ['chrony whose sources fell silent', { chronyc: tracking('Normal', '^?') }, 'no'],
  ['chrony whose source is not taken', { chronyc: tracking('Normal', '^x') }, 'no'],
  ['chrony follows a reference clock', { chronyc: tracking('Normal', '#*') }, 'yes'],
  ['chrony before a leap second', { chronyc: tracking('Insert second') }, 'yes'],
  ['chrony without a source', { chronyc: tracking('Not synchronised') }, 'no'],
  ['chronyc without its daemon, and nothing else runs', { chronyc: "echo '506 Cannot talk to daemon'; exit 1", systemctl: 'exit 0' }, 'no'],
  ['chrony follows its own clock', { chronyc: tracking('Normal', '^*', '7F7F0101') }, 'no'],
  ['ntpd follows its own clock', { ntpq: 'echo "leap=00, refid=LOCAL(0)"' }, 'no'],
  ['ntpd follows a source by its address', { ntpq: 'echo "leap=00, refid=10.0.0.1"' }, 'yes'],
  ['ntpd follows a source', { ntpq: 'echo leap=00' }, 'yes'],
  ['ntpd without a source', { ntpq: 'echo leap=11' }, 'no'],
  ['no time service', { systemctl: 'exit 0' }, 'no'],
  ['a time service that cannot be asked', { systemctl: runs('openntpd.service') }, ''],
  ['the clock of a network card (PTP)', { systemctl: runs('phc2sys.service') }, ''],
  ['one that goes by another name here', { systemctl: runs('ours.service ntpd.service') }, ''],
  ['one that is stopped', { systemctl: runs('systemd-timesyncd.service', 'inactive') }, 'no'],
  ['another unit runs', { systemctl: runs('rsyslog.service') }, 'no'],
  ['systemd does not answer', { systemctl: 'exit 1' }, ''],
  ['systemd stops in the middle of its answer', { systemctl: `${runs('rsyslog.service')}; exit 1` }, ''],
  [
    'timesyncd beside another',
    { systemctl: `${runs('openntpd.service')}; ${runs('systemd-timesyncd.service')}` },
    existsSync('/run/systemd/timesync/synchronized') ? 'yes' : 'no',
  ],
  ['timesyncd', { systemctl: runs('systemd-timesyncd.service') }, existsSync('/run/systemd/timesync/synchronized') ? 'yes' : 'no'],
])('%s', (_, programs, expected) => expect(ask(programs)).toBe(expected))

test('a container has the clock of its host, which is said nowhere in it; what it runs itself counts', () => {
  expect(ask({ systemctl: 'exit 0' }, true)).toBe('')
  expect(ask({ chronyc: tracking('Not synchronised') }, true)).toBe('no')
})
