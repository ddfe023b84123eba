import { describe, expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import filesProtected from './inference-unit-files-protected.control.ts'
import { askUnit, entry, unit } from './unit-facts.testing.ts'

describe('inference-unit-files-protected', () => {
  const way = [
    entry('/', 0o755),
    entry('/etc', 0o755),
    entry('/etc/systemd', 0o755),
    entry('/etc/systemd/system', 0o755),
    entry('/etc/systemd/system/ollama.service', 0o644),
    entry('/usr', 0o755),
    entry('/usr/local', 0o755),
    entry('/usr/local/bin', 0o755),
    entry('/usr/local/bin/ollama', 0o755),
  ]
  const changed = (path: string, mode: number, owner?: string, group?: string) =>
    way.map((one) => (one.path === path ? entry(path, mode, owner, group) : one))
  const environment = { environmentFiles: ['/etc/ai/key.env'] }
  const startsFirst = (program: string, asRoot: boolean) => ({ setting: 'ExecStartPre', program, scripts: [], asRoot, optional: false })
  test.each<[string, Partial<Unit>, string]>([
    ['root alone', { paths: way }, 'pass: Only root can change its files'],
    ['unit file for all', { paths: changed('/etc/systemd/system/ollama.service', 0o666) }, 'fail: Others can change what the unit starts'],
    [
      'the directory of the program',
      { paths: changed('/usr/local/bin', 0o775, 'root', 'staff') },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns its program',
      { paths: changed('/usr/local/bin/ollama', 0o755, 'ai', 'ai') },
      'pass: Only root can change its files',
    ],
    [
      'the service owns its unit',
      { paths: changed('/etc/systemd/system/ollama.service', 0o644, 'ai', 'ai') },
      'fail: Others can change what the unit starts',
    ],
    [
      'variables in a file of /tmp that is not there',
      { paths: [...way, entry('/tmp', 0o1777)], environmentFiles: ['/tmp/ai.env'] },
      'fail: Others can change what the unit starts',
    ],
    [
      'variables in a file of /tmp that is root’s',
      { paths: [...way, entry('/tmp', 0o1777), entry('/tmp/ai.env', 0o600)], environmentFiles: ['/tmp/ai.env'] },
      'pass: Only root can change its files',
    ],
    [
      'a person owns the program',
      { paths: changed('/usr/local/bin/ollama', 0o755, 'ada', 'ada') },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns what runs as root before it',
      { paths: [...way, entry('/srv', 0o755), entry('/srv/pre.sh', 0o755, 'ai', 'ai')], commands: [startsFirst('/srv/pre.sh', true)] },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns what it runs itself before it',
      { paths: [...way, entry('/srv', 0o755), entry('/srv/pre.sh', 0o755, 'ai', 'ai')], commands: [startsFirst('/srv/pre.sh', false)] },
      'pass: Only root can change its files',
    ],
    [
      'anybody writes what it runs before it',
      { paths: [...way, entry('/srv', 0o777), entry('/srv/pre.sh', 0o755)], commands: [startsFirst('/srv/pre.sh', false)] },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns the script that a shell runs as root',
      {
        paths: [...way, entry('/srv', 0o755), entry('/srv/pre.sh', 0o755, 'ai', 'ai')],
        commands: [{ ...startsFirst('/usr/local/bin/ollama', true), scripts: ['/srv/pre.sh'] }],
      },
      'fail: Others can change what the unit starts',
    ],
    [
      'the service owns its program, which runs as root',
      {
        paths: changed('/usr/local/bin/ollama', 0o755, 'ai', 'ai'),
        commands: [{ ...startsFirst('/usr/local/bin/ollama', true), setting: 'ExecStart' }],
      },
      'fail: Others can change what the unit starts',
    ],
    [
      'what runs before it was not seen',
      { paths: way, commands: [startsFirst('/srv/pre.sh', true)] },
      'not-evaluated: Some files of the unit could not be seen',
    ],
    [
      'a drop-in whose name systemctl could not print',
      { paths: way, dropIns: ['[unprintable]'] },
      'not-evaluated: Some files of the unit could not be seen',
    ],
    ['a script', { paths: way, execStart: ['/usr/local/bin/ollama'] }, 'not-evaluated: What its program starts was not seen'],
    [
      'another program before it',
      { paths: way, execStart: ['/usr/bin/nice', '/home/ada/ollama', 'serve'] },
      'not-evaluated: What its program starts was not seen',
    ],
    ['program not seen', { paths: way.slice(0, -1) }, 'not-evaluated: Some files of the unit could not be seen'],
    [
      'environment file that is not there',
      { paths: [...way, entry('/etc/ai', 0o755)], ...environment },
      'pass: Only root can change its files',
    ],
    [
      'environment file behind a closed directory',
      { paths: [...way, entry('/etc/ai', 0o700)], ...environment },
      'pass: Only root can change its files',
    ],
    [
      'behind a directory that a group of strangers enters',
      { paths: [...way, entry('/etc/ai', 0o750, 'root', 'staff')], ...environment },
      'not-evaluated: Some files of the unit could not be seen',
    ],
    [
      'environment file for all',
      { paths: [...way, entry('/etc/ai', 0o755), entry('/etc/ai/key.env', 0o666)], ...environment },
      'fail: Others can change what the unit starts',
    ],
  ])('%s', (_, more, expected) => {
    expect(outcomes(askUnit(filesProtected, unit({}, more)))).toEqual([expected])
  })
  test('the program lies in a root of its own (RootDirectory=): the one of the host is not it', () => {
    const process = (...mounts: readonly object[]) => [{ pid: 7, argv: [], line: 1, seenFiles: { mounts, more: false } }]
    const said = (...mounts: readonly object[]) =>
      outcomes(askUnit(filesProtected, unit({}, { paths: way, mainPid: 7 }), {}, { processes: known(process(...mounts) as never) }))
    expect(said({ source: '/srv/models', destination: '/models' })).toEqual(['pass: Only root can change its files'])
    const unseen = ['not-evaluated: What its program starts was not seen']
    expect(said({ source: '/srv/jail', destination: '/' })).toEqual(unseen)
    expect(said({ source: '/home/ada/bin', destination: '/usr/local/bin' })).toEqual(unseen)
  })
  const source = '/etc/containers/systemd/chat.container'
  const quadlet = { unit: 'ollama.service', path: source, quadlet: true }
  const made = ['/', '/etc', '/etc/containers', '/etc/containers/systemd', '/run', '/run/systemd', '/run/systemd/generator']
  const generated = '/run/systemd/generator/ollama.service'
  test.each<[string, number, number | undefined, string]>([
    ['closed', 0o644, undefined, 'pass: Only root can change its files'],
    ['open', 0o666, undefined, 'fail: Others can change what the unit starts'],
    ['with an open folder of drop-ins', 0o644, 0o777, 'fail: Others can change what the unit starts'],
  ])('a Quadlet, %s', (_, mode, folder, expected) => {
    const paths = [
      ...[...made, '/usr', '/usr/bin'].map((path) => entry(path, 0o755)),
      ...[entry(source, mode), entry(generated, 0o644), entry('/usr/bin/podman', 0o755)],
      ...(folder === undefined ? [] : [entry(`${source}.d`, folder)]),
    ]
    const program = '/usr/bin/podman'
    const given = unit(
      {},
      { user: '', sourcePath: source, fragmentPath: generated, program, execStart: [program, 'run', 'ollama/ollama'], paths },
    )
    expect(outcomes(askUnit(filesProtected, given, { how: 'container', unit: undefined, madeFrom: quadlet }))).toEqual([expected])
  })
  test('the entry that is open is cited', () => {
    const [verdict] = askUnit(filesProtected, unit({}, { paths: changed('/usr/local/bin', 0o777) }))
    expect(verdict?.cite).toEqual([{ section: 'units', line: 50, token: '/usr/local/bin', note: '0777 root:root. Expected root alone.' }])
  })

  test('an access control list of its unit file', () => {
    const acl = {
      path: '/etc/systemd/system/ollama.service',
      owner: 'root',
      group: 'root',
      kind: 'user',
      name: 'ada',
      allows: 'rw',
      line: 7,
    }
    const paths = changed('/etc/systemd/system/ollama.service', 0o664)
    const ask = (access: unknown) => outcomes(askUnit(filesProtected, unit({}, { paths }), {}, { access }))
    expect(ask(known({ acls: known([acl]) }))).toEqual(['fail: Others can change what the unit starts'])
    expect(ask(known({ acls: known([]) }))).toEqual(['pass: Only root can change its files'])
  })
})
