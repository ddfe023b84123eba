import { describe, expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { ExecOptions, HostSession } from '../../ports.ts'
import type { HostAnswer } from '../host/answer.ts'
import { makePlan } from '../plan/plan.ts'
import { render } from '../templates/render.ts'
import { shippedTemplate } from '../templates/templates.ts'
import { unreadPaths, withDigests } from './unread.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'ro' }, change: { user: 'rw' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const [host] = fleet.hosts
const template = shippedTemplate('htpasswd-users')
const login = `analyst:$2b$10$${'a'.repeat(53)}`
const rendered = render(template.manifest, { file: '/etc/nginx/.htpasswd', logins: [login] })
const answered = (before: string): HostAnswer => ({
  ...{
    ended: true,
    unit: 'active',
    init: 'systemd',
    armed: false,
    kept: false,
    marks: new Set(),
    contents: new Map(),
    again: new Map(),
    edited: new Map(),
    lacks: [],
    rivals: [],
  },
  files: new Map([[1, before]]),
})
const planned = (before: string, init = 'systemd') =>
  makePlan({
    ...{
      fleet,
      host: host ?? expect.fail(),
      template,
      rendered,
      read: { ...answered(before), init },
      published: [],
      nginxHindrance: '',
      wayIn: undefined,
      gatehouse: '0',
      now: 0,
    },
    audit: { services: [], findings: [] } as unknown as HostAudit,
  })

test('a file that the audit account may not read is planned, and the plan says so', () => {
  const plan = planned('unread:0:33:640')
  expect(plan.files[0]).toMatchObject({
    before: 'unread:0:33:640',
    diff: [expect.stringContaining('may not read it'), '+analyst:$2b$‹redacted›'],
  })
  expect(unreadPaths(plan)).toEqual(['/etc/nginx/.htpasswd'])
})

test.each(['unreadable', 'unread:', 'other'])('one that is %s is not', (before) =>
  expect(() => planned(before)).toThrow('cannot be pushed'),
)

describe('a host that systemd does not run', () => {
  const { before } = planned('unread:0:33:640').files[0] ?? expect.fail()

  test.each(['openrc', 'cron', 'none'])('%s stands in the plan', (init) => expect(planned(before, init).bootUndo).toBe(init))
  test('systemd does not', () => expect(planned(before)).not.toHaveProperty('bootUndo'))
  test.each(['', 'upstart'])('what is not known is refused: "%s"', (init) =>
    expect(() => planned(before, init)).toThrow('did not say what starts its services'),
  )
})

describe('its digest, before the push begins', () => {
  const plan = planned('unread:0:33:640')
  const told: string[] = []
  /** A host that states the file like this. */
  const asked = (state: string, end = 'end') =>
    withDigests(
      plan,
      {
        user: 'rw',
        connect: async () =>
          ({
            exec: async (command: string, { feed, onStdout }: ExecOptions) => {
              let text = ''
              for await (const chunk of feed ?? []) text += chunk
              const nonce = /gh_k=([0-9a-f]{32})/.exec(text)?.[1]
              told.push(command)
              onStdout(Buffer.from(`${nonce} file 1 ${state.replace('NONCE', `${nonce}`)}\n${nonce} ${end}\n`))
              return { exitCode: 0 }
            },
            close: () => told.push('closed'),
          }) as unknown as HostSession,
      },
      new AbortController().signal,
    )
  const digest = 'a'.repeat(64)

  test('is that of the same owner and mode, taken by the change account', async () => {
    const { files } = await asked(`${digest}:0:33:640`)
    expect(files).toEqual([{ ...plan.files[0], before: `${digest}:0:33:640` }])
    expect(told.splice(0)).toEqual(['sudo -n /bin/sh', 'closed'])
  })

  test.each([
    ['another mode', `${digest}:0:33:644`, 'push.conflict'],
    ['another owner', `${digest}:1:33:640`, 'push.conflict'],
    ['a file that is gone', 'absent', 'push.conflict'],
    ['a link', 'other', 'push.not-possible'],
    ['no word', '', 'push.not-possible'],
    ['no digest', 'kept:0:33:640', 'push.not-possible'],
    ['another digest by another program', `${digest}:0:33:640\nNONCE again 1 - perl ${'b'.repeat(64)}`, 'push.not-possible'],
  ])('%s is refused', async (_, state, code) => {
    await expect(asked(state)).rejects.toMatchObject({ failure: { code, host: 'gpu-01' } })
    expect(told.splice(0).at(-1)).toBe('closed')
  })

  test('a host that did not say all is refused', async () =>
    expect(asked(`${digest}:0:33:640`, 'failed')).rejects.toMatchObject({ failure: { code: 'push.not-possible' } }))

  test('where every file was read nobody is asked', async () => {
    const known = planned('absent')
    const connect = () => expect.fail()
    expect(await withDigests(known, { user: 'rw', connect }, new AbortController().signal)).toBe(known)
  })
})
