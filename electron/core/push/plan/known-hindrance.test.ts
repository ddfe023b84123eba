import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import type { PushValues } from '#shared/model/push-parameter.ts'
import { askedUnits, pushedTools } from '../../facts/os/collect.ts'
import { rivalUnitsFor, toolsFor } from '../host/kinds.ts'
import { shippedTemplate, shippedTemplates } from '../templates/templates.ts'
import { knownHindrance } from './known-hindrance.ts'

const service = (id: string, activeState: string, loadState = 'loaded') => ({ id, activeState, loadState, unitFileState: 'enabled' })
const facts = {
  ...{ listeners: { known: false }, containers: { known: false }, programs: { known: false }, nginx: { known: true } },
  os: {
    known: true,
    value: { services: [service('nvidia-persistenced.service', 'inactive', 'not-found'), service('auditd.service', 'failed')] },
  },
  units: {
    known: true,
    value: [
      { id: 'vllm.service', activeState: 'inactive' },
      { id: 'ollama.service', activeState: 'active' },
    ],
  },
}
const said = (template: string, values: PushValues = {}, version = '12', more: object = {}) =>
  knownHindrance(shippedTemplate(template).manifest, {
    audit: { services: [], findings: [], system: { os: 'Debian', osId: 'debian', osVersion: version } } as unknown as HostAudit,
    facts: { ...facts, ...more } as never,
    values,
  })

test('a service that did not run, by its name or by the one that was filled in', () => {
  expect(said('gpu-persistence')).toMatch(/^nvidia-persistenced\.service is not there; a push starts on a service that runs/)
  expect(said('auditd-models-watch')).toMatch(/^auditd\.service is failed;/)
  expect(said('systemd-sandbox', { unit: 'vllm.service' })).toMatch(/^vllm\.service is inactive;/)
})

test('what runs, what nobody asked about, and what could not be read', () => {
  expect(said('systemd-sandbox', { unit: 'ollama.service' })).toBe('')
  expect(said('systemd-sandbox')).toBe('')
  expect(said('sshd-behind-jump')).toBe('')
  expect(said('ufw-segment', {}, '12', { os: { known: true, value: {} } })).toBe('')
  expect(said('gpu-persistence', {}, '12', { os: { known: false }, units: { known: false } })).toBe('')
})

test('a system that the template is not for', () =>
  expect(said('ufw-segment', {}, '10')).toMatch(/^ufw-segment is for Debian 11, .*the host runs Debian/))

test('a daemon that was asked for by name, and that the host does not have', () => {
  expect(said('ufw-segment')).toMatch(/^ufw\.service is not there; a push starts on a service that runs: install it/)
  expect(said('nginx-ollama')).toMatch(/^nginx\.service is not there;/)
  const running = { os: { known: true, value: { services: [service('ufw.service', 'active'), service('nginx.service', 'active')] } } }
  expect([said('ufw-segment', {}, '12', running), said('nginx-ollama', {}, '12', running)]).toEqual(['', ''])
})

test('nginx that does not read its own files: why, not which values are missing for it', () => {
  const nginx = {
    known: false,
    reason: 'nginx -T failed: unknown directive "nonsense" in /etc/nginx/conf.d/old.conf:1',
    hint: 'Repair it.',
  }
  const running = { os: { known: true, value: { services: [service('nginx.service', 'active')] } }, nginx }
  expect(said('nginx-ollama', {}, '12', running)).toBe(`what nginx would do with it cannot be told: ${nginx.reason}. ${nginx.hint}`)
  expect(said('logrotate-ai-access', {}, '12', running)).toBe('')
})

test('a daemon that goes by another name, and answers to this one', () => {
  const alias = (activeState: string) => ({
    os: { known: true, value: { services: [{ ...service('openresty.service', activeState), aliases: ['nginx.service'] }] } },
  })
  expect(said('nginx-ollama', {}, '12', alias('active'))).toBe('')
  expect(said('nginx-ollama', {}, '12', alias('failed'))).toMatch(/^nginx\.service is failed;/)
})

test('a program that checks and loads what is pushed, and that the host does not have', () => {
  const without = (...lacks: string[]) => ({ os: { known: true, value: { lacks } } })
  expect(said('nftables-segment', {}, '12', without('nft'))).toBe('the host has no nft, which nftables-segment needs: install it first')
  expect(said('logrotate-ai-access', {}, '12', without('caddy', 'logrotate'))).toBe(
    'the host has no logrotate, which logrotate-ai-access needs: install it first',
  )
  expect(said('nftables-segment', {}, '12', without('caddy'))).toBe('')
  expect(said('nftables-segment')).toBe('')
})

test.each([
  ['runs', 'active', 'disabled', true],
  ['comes with the host', 'inactive', 'enabled', true],
  ['is off', 'inactive', 'disabled', false],
  ['is masked', 'inactive', 'masked', false],
] as const)('firewalld %s beside a template of rules', (_, activeState, unitFileState, stands) => {
  const firewalld = { ...service('firewalld.service', activeState), unitFileState }
  const more = { os: { known: true, value: { services: [service('ufw.service', 'active'), firewalld] } } }
  const why = /^firewalld\.service sets rules at the start of the host, too, .* disable and stop firewalld\.service first/
  for (const template of ['nftables-segment', 'ufw-segment'])
    expect(said(template, {}, '12', more)).toEqual(stands ? expect.stringMatching(why) : '')
  expect(said('logrotate-ai-access', {}, '12', more)).toBe('')
})

test('every unit that stands against a shipped template is asked about by the audit', () =>
  expect(askedUnits).toEqual(expect.arrayContaining(shippedTemplates().flatMap(({ manifest: { files } }) => [...rivalUnitsFor(files)]))))

test('every program that a shipped template needs is looked for by the audit', () =>
  expect(pushedTools).toEqual(
    expect.arrayContaining([...new Set(shippedTemplates().flatMap(({ manifest: { files } }) => toolsFor(files)))]),
  ))
