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
const clock = /^clock\(\) \{\n.*?\n\}$/ms.exec(script)?.[0] ?? ''

function ask(programs: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(folder, 'path-'))
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(path, name), 0o755)
  }
  writeFileSync(join(path, 'tr'), '#!/bin/sh\nexec /usr/bin/tr "$@"\n', { mode: 0o755 })
  return execFileSync('/bin/sh', ['-c', `${clock}\nclock`], {
    env: { PATH: path },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

const tracking = (leap: string) => `echo 'Reference ID    : A9FEA97B'; echo 'Leap status     : ${leap}'`
const units = (active: string) => `shift; for unit; do if [ "$unit" = '${active}' ]; then echo active; else echo inactive; fi; done; exit 3`

test('nothing that a question would start is asked', () => expect(script).not.toContain('timedatectl'))

test.each([
  ['chrony follows a source', { chronyc: tracking('Normal') }, 'yes'],
  ['chrony before a leap second', { chronyc: tracking('Insert second') }, 'yes'],
  ['chrony without a source', { chronyc: tracking('Not synchronised') }, 'no'],
  [
    'chronyc without its daemon, and nothing else runs',
    { chronyc: "echo '506 Cannot talk to daemon'; exit 1", systemctl: units('none') },
    'no',
  ],
  ['ntpd follows a source', { ntpq: 'echo leap=00' }, 'yes'],
  ['ntpd without a source', { ntpq: 'echo leap=11' }, 'no'],
  ['no time service', { systemctl: units('none') }, 'no'],
  ['a time service that cannot be asked', { systemctl: units('openntpd.service') }, ''],
  ['systemd does not answer', { systemctl: 'exit 1' }, ''],
  ['timesyncd', { systemctl: units('systemd-timesyncd.service') }, existsSync('/run/systemd/timesync/synchronized') ? 'yes' : 'no'],
])('%s', (_, programs, expected) => expect(ask(programs)).toBe(expected))
