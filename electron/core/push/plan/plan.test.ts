import { describe, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { render } from '../templates/render.ts'
import { shippedTemplate } from '../templates/templates.ts'
import { pushOfPlan } from './plan.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'ro' }, change: { user: 'rw' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const { manifest, sha256 } = shippedTemplate('ollama-loopback')
const [file] = render(manifest, {}).files
const plan: PushPlan = pushPlanSchema.parse({
  version: 1,
  id: '7a3d3c5e-9a53-4c1b-8a3f-3c1d7b0c9b11',
  createdAt: '2026-11-26T00:00:00.000Z',
  gatehouse: '0.1.0',
  fleet: 'dc1',
  host: 'gpu-01',
  address: '10.0.0.1',
  template: { id: manifest.id, version: manifest.version, sha256 },
  parameters: { port: 11434 },
  unit: 'ollama.service',
  danger: 'restart',
  files: [{ kind: 'systemd-drop-in', path: file?.path, before: 'absent', after: file?.state, diff: [] }],
  turns: [{ control: 'inference-bound-to-loopback', subject: 'ollama.service', status: 'fail', title: 'open' }],
})

test('a plan becomes the push that its template gives', () => {
  const { host, push } = pushOfPlan(plan, fleet, 120, shippedTemplate)
  expect(host.name).toBe('gpu-01')
  expect(push).toMatchObject({
    id: plan.id,
    unit: 'ollama.service',
    files: [{ before: 'absent', after: file?.state, content: file?.content }],
  })
})

describe('a plan that says anything else is refused', () => {
  const planned = plan.files[0] ?? expect.fail()
  test.each([
    ['another fleet', { fleet: 'dc2' }],
    ['another address', { address: '10.0.0.2' }],
    ['another host', { host: 'gpu-02' }],
    ['another version of the template', { template: { ...plan.template, version: 1 } }],
    ['a template that was changed', { template: { ...plan.template, sha256: '0'.repeat(64) } }],
    ['a template that nobody ships', { template: { ...plan.template, id: 'x' } }],
    ['another kind', { files: [{ ...planned, kind: 'plain' }] }],
    ['another path', { files: [{ ...planned, path: '/etc/passwd' }] }],
    ['another content', { files: [{ ...planned, after: `${'0'.repeat(64)}:0:0:644` }] }],
    ['one file more', { files: [planned, planned] }],
    ['another unit', { unit: 'ssh.service' }],
    ['another value', { parameters: { port: 11435 } }],
    ['a control that it does not turn', { turns: [{ ...plan.turns[0], control: 'tls-certificate-valid' }] }],
  ])('%s', (_, change) => expect(() => pushOfPlan({ ...plan, ...change } as PushPlan, fleet, 120, shippedTemplate)).toThrow())
})

describe('a file that is edited where it lies', () => {
  const closed = shippedTemplate('accounts-closed')
  const owned = ':0:42:640'
  const edited = (name: string, before: string, after: string) => ({ kind: 'account-files', path: `/etc/${name}`, before, after, diff: [] })
  const of = (before: string, after: string) =>
    pushPlanSchema.parse({
      ...{ ...plan, unit: '', danger: 'lock-out', parameters: { accounts: ['kim'], passwordFiles: [], sudoFiles: [], lingering: [] } },
      template: { id: 'accounts-closed', version: closed.manifest.version, sha256: closed.sha256 },
      files: [edited('shadow', before, after), edited('group', 'absent', 'absent'), edited('gshadow', 'absent', 'absent')],
      turns: [{ control: 'access-closed-accounts-shut', subject: 'kim', status: 'not-evaluated', title: '' }],
    })
  const a = `${'a'.repeat(64)}${owned}`
  const b = `${'b'.repeat(64)}${owned}`

  test('keeps owner and mode, and the host makes it anew', () => {
    const [file] = pushOfPlan(of(a, b), fleet, 120, shippedTemplate).push.files
    expect(file).toMatchObject({ uid: 0, gid: 42, mode: '640', before: a, after: b, content: '', edit: { rule: 'close', names: ['kim'] } })
  })
  test.each([
    ['another owner', a, `${'b'.repeat(64)}:1000:42:640`],
    ['another mode', a, `${'b'.repeat(64)}:0:42:644`],
    ['one that goes', a, 'absent'],
    ['one that comes', 'absent', b],
    ['a link', `link:${'a'.repeat(64)}`, `link:${'b'.repeat(64)}`],
    ['one that was not read', `unread${owned}`, b],
  ])('%s is refused', (_, before, after) => expect(() => pushOfPlan(of(before, after), fleet, 120, shippedTemplate)).toThrow())
})

test.each(['/x', 'absent\n', '', 'A'.repeat(64), `${'a'.repeat(64)}:0:0:999`])('%j is no state of a file', (before) => {
  expect(pushPlanSchema.safeParse({ ...plan, files: [{ ...plan.files[0], before }] }).success).toBe(false)
})
