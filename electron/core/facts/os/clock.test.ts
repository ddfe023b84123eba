import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
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

function ask(programs: Readonly<Record<string, string>>, contained = false, synchronized = '/none'): string {
  const path = mkdtempSync(join(folder, 'path-'))
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(path, name), 0o755)
  }
  writeFileSync(join(path, 'awk'), '#!/bin/sh\nexec /usr/bin/awk "$@"\n', { mode: 0o755 })
  writeFileSync(join(path, 'find'), '#!/bin/sh\nexec /usr/bin/find "$@"\n', { mode: 0o755 })
  return execFileSync(
    '/bin/sh',
    [
      '-c',
      `nl='\n'\nunits=\n${clock.replace('/run/systemd/container', contained ? folder : '/none').replace('/run/systemd/timesync/synchronized', synchronized)}`,
    ],
    {
      env: { PATH: path },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
    .replace('@clock\n=NTPSynchronized=', '')
    .trim()
}

/** As chrony 4.3 printed them, also when its one source no longer answered; `mark` is that of the source (chronyc(1), sources). */
const tracking = (leap: string, mark = '^*', id = 'A9FEA97B') =>
  `[ "$2" = tracking ] || { echo '==='; echo '${mark} 10.0.0.1  8   0     0    21   -148ns[ -205ns] +/- 3134ns'; exit; }; echo 'Reference ID    : ${id} ()'; echo 'Leap status     : ${leap}'`
/** As ntpq of ntpsec 1.2.2 printed them of a server that answered and, 70 seconds later, was taken away: all but the mark and the reach stayed. */
const peers = (leap: string, refid: string, row: string, reach = '377') =>
  `printf 'leap=${leap}, refid=${refid}\\n     remote           refid      st t when poll reach   delay   offset   jitter\\n==========\\n${row}    6    8  ${reach}   0.1363   0.0500   0.0088\\n'`
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
  ['ntpd follows its own clock', { ntpq: peers('00', 'LOCAL(0)', '*127.127.1.0     .LOCL.           5 l') }, 'no'],
  ['ntpd follows its own clock, by number', { ntpq: peers('00', '127.127.1.0', '*127.127.1.0     .LOCL.           5 l') }, 'no'],
  ['ntpd follows a source', { ntpq: peers('00', '10.9.0.1', '*10.9.0.1        192.0.2.1        2 u') }, 'yes'],
  ['ntpd follows pulses', { ntpq: peers('00', 'PPS', 'o127.127.22.0    .PPS.            0 l') }, 'yes'],
  ['ntpd before a leap second', { ntpq: peers('01', '10.9.0.1', '*10.9.0.1        192.0.2.1        2 u') }, 'yes'],
  [
    'ntpd follows one with a long address',
    { ntpq: peers('00', '1.2.3.4', '*2001:db8:0:1:2:3:4:5\n                 192.0.2.1        2 u') },
    'yes',
  ],
  ['ntpd whose servers fell silent', { ntpq: peers('00', '10.9.0.1', ' 10.9.0.1        192.0.2.1        2 u', '0') }, 'no'],
  ['ntpd whose mark is old', { ntpq: peers('00', '10.9.0.1', '*10.9.0.1        192.0.2.1        2 u', '0') }, 'no'],
  ['ntpd beside one that is not taken', { ntpq: peers('00', '10.9.0.1', 'x10.9.0.1        192.0.2.1        2 u') }, 'no'],
  ['ntpd of an orphan network', { ntpq: peers('00', '127.0.0.1', ' 10.9.0.1        .INIT.          16 u', '0') }, 'no'],
  ['ntpd that does not show its peers', { ntpq: 'echo "leap=00, refid=10.9.0.1"' }, ''],
  ['ntpd without a source', { ntpq: peers('11', 'INIT', ' 10.9.0.1        .INIT.          16 u') }, 'no'],
  ['openntpd follows a peer', { ntpctl: "echo '1/4 peers valid, constraint offset 0s, clock synced, stratum 3'" }, 'yes'],
  ['openntpd whose peers fell silent', { ntpctl: "echo '0/4 peers valid, clock synced, stratum 3'" }, 'no'],
  ['openntpd follows a sensor', { ntpctl: "echo '0/1 peers valid, 1/1 sensors valid, clock synced, stratum 1'" }, 'yes'],
  ['openntpd that has not set the clock', { ntpctl: "echo '1/1 peers valid, clock unsynced'" }, 'no'],
  [
    'openntpd that answers root only',
    { ntpctl: 'echo "ntpctl: connect: /run/ntpd.sock: Permission denied" >&2; exit 1', systemctl: runs('openntpd.service') },
    '',
  ],
  ['no time service', { systemctl: 'exit 0' }, 'no'],
  ['a time service that cannot be asked', { systemctl: runs('openntpd.service') }, ''],
  ['the clock of a network card (PTP)', { systemctl: runs('phc2sys.service') }, ''],
  ['one that goes by another name here', { systemctl: runs('ours.service ntpd.service') }, ''],
  ['one that is stopped', { systemctl: runs('systemd-timesyncd.service', 'inactive') }, 'no'],
  ['ntpd-rs, which could not be asked', { systemctl: runs('ntpd-rs.service') }, ''],
  ['phc2sys of one card', { systemctl: runs('phc2sys@eth0.service') }, ''],
  ['another unit runs', { systemctl: runs('rsyslog.service') }, 'no'],
  ['systemd does not answer', { systemctl: 'exit 1' }, ''],
  ['systemd stops in the middle of its answer', { systemctl: `${runs('rsyslog.service')}; exit 1` }, ''],
])('%s', (_, programs, expected) => expect(ask(programs)).toBe(expected))

const timesyncd = runs('systemd-timesyncd.service')
/** As busctl of systemd 252 prints it. */
const every = (seconds: number) => `[ "$1" = --auto-start=no ] && echo 't ${seconds}000000'`

test.each<[string, number | undefined, Readonly<Record<string, string>>, string]>([
  ['took an answer just now', 0, { busctl: every(64) }, 'yes'],
  ['took one some minutes ago, and asks seldom', 100, { busctl: every(2048) }, 'yes'],
  ['took none of its last requests', 10, { busctl: every(64) }, 'no'],
  ['took none for long, and asks seldom', 300, { busctl: every(2048) }, 'no'],
  ['does not say how often it asks, and took an answer', 100, {}, 'yes'],
  ['does not say how often it asks, and took none', 300, {}, ''],
  ['says something else', 300, { busctl: 'echo s never' }, ''],
  ['never took an answer', undefined, { busctl: every(64) }, 'no'],
  ['runs beside another', 10, { busctl: every(64), systemctl: `${runs('openntpd.service')}; ${timesyncd}` }, 'no'],
])('timesyncd %s', (_, minutes, programs, expected) => {
  const file = join(folder, 'synchronized')
  rmSync(file, { force: true })
  if (minutes !== undefined) {
    const at = Date.now() / 1000 - minutes * 60
    writeFileSync(file, '')
    utimesSync(file, at, at)
  }
  expect(ask({ systemctl: timesyncd, ...programs }, false, file)).toBe(expected)
})

test('a container has the clock of its host, which is said nowhere in it; what it runs itself counts', () => {
  expect(ask({ systemctl: 'exit 0' }, true)).toBe('')
  expect(ask({ chronyc: tracking('Not synchronised') }, true)).toBe('no')
})
