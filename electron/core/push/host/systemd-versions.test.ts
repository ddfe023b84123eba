import { describe, expect, test } from 'vitest'
import { kinds } from '../templates/kinds.ts'
import { shippedTemplates } from '../templates/templates.ts'
import { armRuntime } from './arm.ts'
import { initRuntime } from './init.ts'
import { type HostStep, hostProgram, hostSteps } from './program.ts'

/**
 * The undo has to hold on every systemd that is met: 239 (RHEL 8) is the oldest that still gets updates. Each directive of its units and each word for
 * systemctl and systemd-analyze stands here with the version that brought it. Sources: NEWS of systemd 252, and where it names none, the manual pages of 230,
 * which have it. What is older than the file of news goes back to is 1.
 */
const OLDEST = 239

const directives: Readonly<Record<string, number>> = {
  Description: 1,
  // RequiresMountsFor=: NEWS, 183.
  RequiresMountsFor: 183,
  // In [Service] before 229; StartLimitInterval= until 230 renamed it.
  StartLimitIntervalSec: 230,
  Type: 1,
  ExecStart: 1,
  RuntimeMaxSec: 229,
  Restart: 1,
  RestartSec: 1,
  WantedBy: 1,
  OnActiveSec: 1,
  AccuracySec: 209,
  Unit: 1,
}

const words: Readonly<Record<string, number>> = {
  'systemctl show': 1,
  'systemctl start': 1,
  'systemctl stop': 1,
  'systemctl restart': 1,
  'systemctl reload': 1,
  'systemctl reload-or-restart': 1,
  'systemctl is-active': 1,
  'systemctl is-enabled': 1,
  'systemctl daemon-reload': 1,
  'systemctl -p': 1,
  'systemctl --value': 230,
  'systemctl --no-block': 1,
  'systemctl --quiet': 1,
  'systemd-analyze verify': 216,
}

/** What `systemctl show` is asked for. A property that a version does not have is left out of its answer, and then nothing is known. */
const properties: Readonly<Record<string, number>> = {
  ActiveEnterTimestampMonotonic: 1,
  ActiveState: 1,
  SubState: 1,
  MainPID: 1,
  FragmentPath: 1,
  LoadState: 1,
  ControlGroup: 205,
  DropInPaths: 196,
  EnvironmentFiles: 1,
  NeedDaemonReload: 1,
}

const used = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, ...found]) => found.filter((one) => one !== undefined).join(' ')))].sort()

/** Everything that a host may be told, by every kind of file. */
const told = hostSteps
  .flatMap((step: HostStep) =>
    (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) =>
      hostProgram([{ step, nonce: '0'.repeat(32) }], {
        ...{ id: 'a', unit: 'a.service', reverts: '', who: '', undoAfterSeconds: 120 },
        files: [{ kind, path: '/etc/a', uid: 0, gid: 0, mode: '644', before: 'absent', after: 'absent', content: '', random: false }],
      }),
    ),
  )
  .join('\n')
  // Comments, and messages for people.
  .replaceAll(/^\s*#.*$/gm, '')

describe(`nothing that systemd ${OLDEST} does not know`, () => {
  test('in the units of the undo', () => {
    const found = used(`${armRuntime}${initRuntime}`, /['"]([A-Z][A-Za-z]+)=/g)
    expect(found).toEqual(Object.keys(directives).sort())
    for (const one of found) expect([one, (directives[one] ?? Number.NaN) <= OLDEST]).toEqual([one, true])
  })

  test('on command lines', () => {
    const commands = used(
      told,
      /\b(systemctl|systemd-analyze|systemd-run) ((?:-{1,2}[a-z-]+ (?:[A-Z][A-Za-z]+ |"\$2" )?)*(?:[a-z][a-z-]+)?[^|;&\n)]*)/g,
    )
    const found = new Set(
      commands.flatMap((command) => {
        const [program = '', ...more] = command.split(' ')
        const options = more.filter((word) => /^-{1,2}[a-z]/.test(word))
        const verb = more.find((word, at) => /^[a-z][a-z-]+$/.test(word) && more[at - 1] !== '-p')
        return [...options, ...(verb === undefined ? [] : [verb])].map((word) => `${program} ${word}`)
      }),
    )
    expect([...found].sort()).toEqual(Object.keys(words).sort())
    for (const one of found) expect([one, (words[one] ?? Number.NaN) <= OLDEST]).toEqual([one, true])
  })

  test('of what it is asked', () => {
    const found = used(told, /(?:-p ([A-Z][A-Za-z]+)|gh_property \S+ ([A-Z][A-Za-z]+))/g)
    expect(found).toEqual(Object.keys(properties).sort())
  })
})

/**
 * A directive that a host's systemd does not know is named by its `systemd-analyze verify`, with the drop-in that it stands in, and the push is refused
 * before anything is changed (`kinds.ts`). What asks for more than 239 is therefore none for RHEL 8, and beyond 245 none for Ubuntu 20.04; what a
 * host's systemd may not know is a value (`known-directives`), and left out there.
 */
test('templates that need a newer systemd are these, by these directives', () => {
  const newer: Readonly<Record<string, number>> = {
    ProtectHostname: 242,
    RestrictSUIDSGID: 242,
    ProtectKernelLogs: 244,
    ProtectClock: 245,
    ProtectProc: 247,
    LoadCredential: 247,
  }
  const needs = shippedTemplates().flatMap(({ manifest: { id, files } }) => {
    const found = used(JSON.stringify(files), /"([A-Z][A-Za-z]+)=/g).flatMap((name) => newer[name] ?? [])
    return found.length === 0 ? [] : [`${id} ${Math.max(...found)}`]
  })
  expect(needs.sort()).toEqual(['llama-server-unit 247', 'system-account 242'])
})
