import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { render } from '../templates/render.ts'
import { shippedTemplate } from '../templates/templates.ts'
import { makePlan } from './plan.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'ro' }, change: { user: 'rw' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const [host = expect.fail()] = fleet.hosts
const manifest = { ...shippedTemplate('htpasswd-users').manifest, systems: { debian: ['12'] } }
const template = { ...shippedTemplate('htpasswd-users'), manifest }
const rendered = render(manifest, { file: '/etc/nginx/.htpasswd', logins: [`analyst:$2b$10$${'a'.repeat(53)}`] })
const parts = { marks: new Set<string>(), contents: new Map(), again: new Map(), edited: new Map(), lacks: [], rivals: [] as string[] }
const read = { ...parts, ended: true, unit: 'active', init: 'systemd', armed: false, kept: false, files: new Map([[1, 'unread:0:33:640']]) }

const planned = (system: HostAudit['system'], findings: readonly object[] = [], lacks: readonly string[] = [], answer = read) =>
  makePlan({
    ...{
      fleet,
      host,
      template,
      rendered,
      read: { ...answer, lacks },
      published: [],
      nginxHindrance: '',
      wayIn: undefined,
      gatehouse: '0',
      now: 0,
    },
    audit: { services: [], findings, system } as unknown as HostAudit,
  })
const system = (os: string, osId: string, osVersion: string): HostAudit['system'] => ({
  ...{ os, osId, osVersion },
  ...{ kernel: '', hostname: '', account: '', sudo: 'full' },
})

test('a template is for its systems, and says which', () => {
  expect(planned(system('Debian GNU/Linux 12', 'debian', '12')).files).toHaveLength(1)
  const refused = 'htpasswd-users is for Debian 12, and the host runs Rocky Linux 9.4. A copy that names it can be approved for it'
  expect(() => planned(system('Rocky Linux 9.4', 'rocky', '9.4'))).toThrow(refused)
})

test('what could not be read is no system of its', () => expect(() => planned(undefined)).toThrow('and what the host runs is not known'))

test('what sudo did not let the audit account see would not be proven afterwards', () => {
  const [control = ''] = manifest.fixes
  const [subject] = rendered.subjects ?? []
  const finding = { control, subject, status: 'not-evaluated', title: 'Could not be read without sudo' }
  const debian = system('Debian GNU/Linux 12', 'debian', '12')
  expect(() => planned(debian, [finding])).toThrow(`${control} could not be read without sudo, so nobody could prove that it passes`)
  expect(() => planned(debian, [{ ...finding, title: 'It hangs on something else' }])).not.toThrow()
})

test('a unit by which it would not hold after the next start', () => {
  const rivals = { ...read, rivals: ['firewalld.service'] }
  expect(() => planned(system('Debian GNU/Linux 12', 'debian', '12'), [], [], rivals)).toThrow('disable and stop firewalld.service first')
})

test('a program that the push needs and the host does not have', () =>
  expect(() => planned(system('Debian GNU/Linux 12', 'debian', '12'), [], ['nginx'])).toThrow(
    'the host has no nginx, which htpasswd-users needs: install it first',
  ))
