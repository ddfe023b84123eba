import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { readTranscript } from '../../../facts/wire/transcript.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import type { AnyControl } from '../../control.ts'
import { evidenceDigest } from '../../evidence-digest.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import codeRunnerNotExposed from './code-runner-not-exposed.control.ts'
import metricsOnlyFromMonitoring from './metrics-only-from-monitoring.control.ts'
import modelInterfaceNotExposed from './model-interface-not-exposed.control.ts'
import { ask, bind, closed, open, program, rules } from './program-facts.testing.ts'
import tunnelProgramAbsent from './tunnel-program-absent.control.ts'

const local = { binds: [bind('127.0.0.1', 8265)] }
const unseen = { binds: [], bindsUnknown: 'the owners of sockets could not be read' }
const fromMonitoring = rules('\t\tip saddr 10.0.9.0/24 tcp dport 8265 accept\n')

const fromApplications = rules('\t\tip saddr 10.0.1.0/24 tcp dport 8265 accept\n')
const ssh = (line: string) => ({ name: 'ssh', pid: 4, user: 'ml', argv: line.split(' '), line: 4 })
const daemon = (name: string, line: string) => ({ name, pid: 4, ppid: 1, user: 'root', argv: line.split(' '), line: 4 })
const judged = (control: AnyControl, programs: readonly Program[], firewall: object = open) =>
  outcomes(ask(control, { programs, firewall }))

const doubtful = { authentication: 'unknown', authenticationUnknown: 'its file could not be read' } as const

describe('what runs code for callers', () => {
  test.each<[string, readonly Program[], object, string]>([
    ['nothing', [program('exporter')], open, 'not-applicable: None of them runs here'],
    ['local', [program('cluster', local)], open, 'pass: The program listens on this machine only'],
    ['open, asks nobody', [program('cluster')], open, 'fail: Ray asks nobody and is open'],
    [
      'open, with a login',
      [program('notebook', { name: 'Jupyter', authentication: 'default' })],
      open,
      'fail: Jupyter is open to the network',
    ],
    ['closed by rules', [program('cluster')], closed, 'warning: Only the firewall keeps others from it'],
    ['rules unread', [program('cluster')], unknown('sudo refused', []), 'fail: Ray asks nobody and is open'],
    ['rules unread, with a login', [program('cluster', { authentication: 'on' })], unknown('x', []), 'warning: Ray is open to the network'],
    ['whether it asks is not known, open', [program('cluster', doubtful)], open, 'fail: Ray is open to the network'],
    [
      'whether it asks is not known, rules unread',
      [program('cluster', doubtful)],
      unknown('x', []),
      'not-evaluated: Ray is open to the network',
    ],
    [
      'local, and perhaps elsewhere',
      [program('cluster', { ...local, bindsUnknown: 'x' })],
      open,
      'not-evaluated: Where it listens could not be seen',
    ],
    ['sockets unread', [program('cluster', unseen)], open, 'not-evaluated: Where it listens could not be seen'],
  ])('%s', (_, programs, firewall, expected) => {
    expect(judged(codeRunnerNotExposed, programs, firewall)).toEqual([expected])
  })
})

test.each<[string, readonly Program[], string]>([
  ['nothing', [], 'not-applicable: No other model server runs here'],
  ['local', [program('interface', local)], 'pass: The program listens on this machine only'],
  ['open', [program('inference')], 'fail: The interface is open, and may ask nobody'],
  ['not known', [program('inference', { authentication: 'unknown' })], 'fail: The interface is open, and may ask nobody'],
  [
    'open, with a login',
    [program('interface', { authentication: 'on', decidedBy: '--api-key' })],
    'warning: The interface is open past the proxy',
  ],
  ['sockets unread', [program('interface', unseen)], 'not-evaluated: Where it listens could not be seen'],
  ['a store open to all', [program('store', { authentication: 'unknown' })], 'fail: The interface is open, and may ask nobody'],
  ['a store that asks, open to all', [program('store', { authentication: 'default' })], 'warning: The interface is open past the proxy'],
])('model-interface-not-exposed: %s', (_, programs, expected) => {
  expect(judged(modelInterfaceNotExposed, programs)).toEqual([expected])
})

test.each<[string, readonly Program[], object, string]>([
  ['closed, asks', [program('store', { authentication: 'on' })], closed, 'pass: Only the application network gets there'],
  ['closed, asks nobody', [program('store')], closed, 'warning: Only the firewall keeps others from it'],
  [
    'the applications alone',
    [program('store', { authentication: 'on' })],
    fromApplications,
    'pass: Only the application network gets there',
  ],
  ['rules unread', [program('store')], unknown('x', []), 'fail: The interface is open, and may ask nobody'],
  ['rules unread, asks', [program('store', { authentication: 'on' })], unknown('x', []), 'warning: The interface is open past the proxy'],
])('a store of models, by who gets there: %s', (_, programs, firewall, expected) => {
  expect(judged(modelInterfaceNotExposed, programs, firewall)).toEqual([expected])
})

test.each<[string, readonly Program[], object, string]>([
  ['nothing', [], open, 'not-applicable: No exporter runs here'],
  ['local', [program('exporter', local)], open, 'pass: The program listens on this machine only'],
  ['asks', [program('exporter', { authentication: 'on', decidedBy: '--x' })], open, 'pass: The exporter asks for credentials'],
  [
    'a file that is not read',
    [program('exporter', { authentication: 'unknown', decidedBy: '--web.config.file=/w.yml' })],
    open,
    'not-evaluated: Whether it asks who wants to know is open',
  ],
  [
    'a login of its own',
    [program('exporter', { name: 'Grafana', authentication: 'default' })],
    open,
    'warning: Grafana is open with its own login',
  ],
  ['open', [program('exporter', { name: 'node exporter' })], open, 'fail: node exporter tells everyone'],
  ['monitoring only', [program('exporter')], fromMonitoring, 'pass: Only the monitoring network gets there'],
  ['rules unread', [program('exporter')], unknown('x', []), 'not-evaluated: Who may read its metrics is not known'],
  ['sockets unread', [program('exporter', unseen)], open, 'not-evaluated: Where it listens could not be seen'],
])('metrics-only-from-monitoring: %s', (_, programs, firewall, expected) => {
  expect(judged(metricsOnlyFromMonitoring, programs, firewall)).toEqual([expected])
})

test.each<[string, readonly Program[], readonly object[], string]>([
  ['a tunnel', [program('tunnel', { name: 'ngrok', binds: [] })], [], 'fail: A tunnel to the outside runs'],
  ['Tailscale', [], [{ name: 'tailscaled', argv: ['tailscaled'], line: 4 }], 'not-evaluated: What Tailscale publishes is not known'],
  ['Teleport', [], [daemon('teleport', 'teleport start')], 'not-evaluated: What Teleport lets in is not known'],
  ['a part of Teleport’s client', [], [daemon('tsh', 'tsh ssh gw')], 'pass: No tunnel runs'],
  [
    'the agent of AWS',
    [],
    [daemon('amazon-ssm-agen', '/usr/bin/amazon-ssm-agent')],
    'not-evaluated: What the SSM agent lets in is not known',
  ],
  ['OpenZiti', [], [daemon('ziti-edge-tunne', 'ziti-edge-tunnel run')], 'not-evaluated: What OpenZiti lets in is not known'],
  ['Tor', [], [{ name: 'tor', argv: ['/usr/bin/tor', '-f', '/etc/tor/torrc'], line: 4 }], 'not-evaluated: What Tor publishes is not known'],
  ['none', [program('cluster')], [{ name: 'bash', argv: ['bash'], line: 4 }], 'pass: No tunnel runs'],
  ['forwards of a configuration', [], [ssh('ssh -fN gw')], 'not-evaluated: What an SSH client forwards is not known'],
  ['autossh', [], [ssh('autossh -M 0 gw')], 'not-evaluated: What an SSH client forwards is not known'],
  ['shared connections', [], [ssh('ssh: /root/.ssh/gw [mux]')], 'not-evaluated: What an SSH client forwards is not known'],
  ['forwards to the other side', [], [ssh('ssh -N -L 80:localhost:80 gw')], 'pass: No tunnel runs'],
  ['a session', [], [ssh('ssh gw')], 'pass: No tunnel runs'],
])('tunnel-program-absent: %s', (_, programs, processes, expected) => {
  expect(outcomes(ask(tunnelProgramAbsent, { programs, processes }))).toEqual([expected])
})

test.each<[string, number, AnyControl, string]>([
  ['a login by its flags, none when asked', 200, codeRunnerNotExposed, 'fail: Jupyter asks nobody and is open critical'],
  ['no login by its flags, one when asked', 403, modelInterfaceNotExposed, 'warning: The interface is open past the proxy undefined'],
  ['not there', 404, codeRunnerNotExposed, 'fail: Jupyter is open to the network high'],
])('what it answers over the network counts first: %s', (_, status, control, expected) => {
  const kind = control === codeRunnerNotExposed ? 'notebook' : 'interface'
  const authentication = control === codeRunnerNotExposed ? 'default' : 'none'
  const endpoint = readTranscript('wire-http-8265', `tcp 10.0.0.1 port 8265 from bastion: connected\nGET /api/contents: ${status}\n`)
  const programs = [program(kind, { name: 'Jupyter', authentication })]
  const [verdict] = ask(control, { programs, wire: known({ endpoints: [endpoint] }) })
  const severity = verdict?.severity ?? (verdict?.status === 'fail' ? 'critical' : undefined)
  expect(`${verdict?.status}: ${verdict?.title} ${severity}`).toBe(expected)
  if (status !== 404) expect(verdict?.cite[0]).toMatchObject({ section: 'wire-http-8265', line: 2 })
})

describe('what was waived stays so', () => {
  const line = 'tcp 10.0.0.1 port 8265 from bastion: '
  const heard = (control: AnyControl, change: Partial<Program>, said: string, firewall: object = open) => {
    const text = `${line}${said}`
    const wire = known({ endpoints: [readTranscript('wire-http-8265', text)] })
    const [verdict] = ask(control, { programs: [program('cluster', change)], wire, firewall })
    const outputs = new Map([['wire-http-8265', { id: 'wire-http-8265', stdout: text } as SectionOutput]])
    return verdict && evidenceDigest({ ...verdict, control: control.id, severity: verdict.severity ?? '' }, outputs)
  }
  const open200 = 'connected\nGET /api/version: 200\n'

  test.each<[string, AnyControl, Partial<Program>, string]>([
    ['it asks nobody by its flags', codeRunnerNotExposed, {}, open200],
    ['the same of an interface', modelInterfaceNotExposed, { kind: 'interface' }, open200],
    ['the same of a store', modelInterfaceNotExposed, { kind: 'store' }, open200],
    ['a store that asks by its flags', modelInterfaceNotExposed, { kind: 'store', authentication: 'on' }, open200.replace('200', '401')],
  ])('where the jump host once gets no answer: %s', (_, control, change, said) => {
    expect(heard(control, change, 'no answer')).toBe(heard(control, change, said))
  })

  test('not where only the answer tells that it asks nobody, nor where others get there', () => {
    const unsure = { kind: 'interface', ...doubtful } as const
    expect(heard(modelInterfaceNotExposed, unsure, 'no answer')).not.toBe(heard(modelInterfaceNotExposed, unsure, open200))
    expect(heard(codeRunnerNotExposed, {}, open200, fromApplications)).not.toBe(heard(codeRunnerNotExposed, {}, open200))
  })
})

test.each([
  ['the owners of sockets could not be read', /run ss as root/],
  ['whether 443 is its own or a port of a service of Swarm is not known', /docker service ls/],
  ['whether 443 is its own or a port of a container is not known, since the containers are not', /list containers/],
  ['it runs in a container whose published ports could not be read', /list containers/],
  ['its network is no bridge of this host, so it has an address of its own, whose ports are not seen from here', /^$/],
])('what would show where a program listens, of which %s', (bindsUnknown, hint) => {
  const [verdict] = ask(codeRunnerNotExposed, { programs: [program('container-api', { binds: [], bindsUnknown })] })
  expect([verdict?.status, verdict?.hint ?? '']).toEqual(['not-evaluated', expect.stringMatching(hint)])
})

test.each([
  ['/var/lib/kubelet/config.yaml, /etc/kubernetes/kubelet.conf.d', /gatehouse sudoers/],
  ['/var/snap/microk8s/7394/args/kubelet', /--anonymous-auth/],
  ['/var/lib/kubelet/config.yaml, /opt/kubelet.yaml', /--anonymous-auth/],
  ['its files, which lie in a container,', /^$/],
])('what would show whom a kubelet asks, where %s could not be read', (files, hint) => {
  const kubelet = { ...doubtful, authenticationUnknown: `${files} could not be read` }
  const [verdict] = ask(codeRunnerNotExposed, { programs: [program('container-api', kubelet)] })
  expect(verdict?.hint ?? '').toMatch(hint)
})

test('a door that asks nobody counts, whatever another answers', () => {
  const endpoint = readTranscript('wire-http-8265', 'tcp 10.0.0.1 port 8265 from bastion: connected\nGET /api/models: 401\n')
  const asked = (change: Partial<Program>) =>
    outcomes(ask(modelInterfaceNotExposed, { programs: [program('interface', change)], wire: known({ endpoints: [endpoint] }) }))
  expect(asked({ otherDoor: true })).toEqual(['fail: The interface is open, and may ask nobody'])
  expect(asked({})).toEqual(['warning: The interface is open past the proxy'])
})
