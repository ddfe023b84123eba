import { expect, test } from 'vitest'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { LedgerRecord } from '../ledger/record.ts'
import { watchedFiles } from './drift.ts'
import { render } from './templates/render.ts'
import { shippedTemplate } from './templates/templates.ts'

const { manifest, sha256 } = shippedTemplate('ollama-loopback')
const path = render(manifest, {}).files[0]?.path ?? ''
const plan = (id: string, after: string, more: Partial<PushPlan> = {}): PushPlan =>
  ({
    ...{ id, fleet: 'f', host: 'gpu-01', unit: manifest.unit, template: { id: manifest.id, version: manifest.version, sha256 } },
    ...{ parameters: { port: 11434 }, files: [{ kind: 'systemd-drop-in', path, before: 'absent', after, diff: [] }], ...more },
  }) as PushPlan
const plans = new Map([plan('p1', 'a'), plan('p2', 'b'), plan('back', 'absent', { reverts: 'p2' })].map((it) => [it.id, it]))
const record = (action: string, subject: string, detail: string, host = 'gpu-01') => ({ action, subject, detail, host }) as LedgerRecord
const watched = (...records: LedgerRecord[]) =>
  watchedFiles(records, (id) => plans.get(id), 'f', 'gpu-01').map((it) => [it.path, it.expected])
const committed = (id: string) => record('push.verdict', id, 'committed-proven.  read back')

test.each([
  ['nothing was pushed', [], []],
  ['what was committed last', [committed('p1'), committed('p2')], [[path, 'b']]],
  ['what a later push met as committed', [committed('p1'), record('push.collect', 'p2', 'met by p3: it was committed')], [[path, 'b']]],
  ['not what was rolled back', [committed('p1'), record('push.verdict', 'p2', 'rolled-back-proven. x')], [[path, 'a']]],
  ['not what was taken back', [committed('p2'), committed('back')], []],
  ['what was adopted since', [committed('p1'), record('drift.adopt', path, 'c')], [[path, 'c']]],
  ['what was pushed after it was adopted', [record('drift.adopt', path, 'c'), committed('p1')], [[path, 'a']]],
  ['not what another host got', [{ ...committed('p1'), host: 'gpu-02' }], []],
  ['not a push whose plan is gone', [committed('p9')], []],
])('%s', (_, records, expected) => expect(watched(...records)).toEqual(expected))

test('a file that others write to every day is not watched, one beside it is', () => {
  const of = (kind: string, at: string) => ({ kind, path: at, before: 'b', after: 'a', diff: [] }) as PushPlan['files'][number]
  const files = [of('account-files', '/etc/shadow'), of('login-files', '/etc/nginx/.htpasswd'), of('systemd-drop-in', path)]
  const closed = watchedFiles([committed('p')], () => plan('p', '', { files }), 'f', 'gpu-01')
  expect(closed.map((it) => it.path)).toEqual([path])
})

test('what stands in the file is known where this release makes it', () => {
  const contentOf = (it: PushPlan) => watchedFiles([committed('p')], () => it, 'f', 'gpu-01')[0]?.content
  expect(contentOf(plan('p', 'a'))).toContain('OLLAMA_HOST=127.0.0.1:11434')
  expect(contentOf(plan('p', 'a', { template: { id: manifest.id, version: 9, sha256: '0'.repeat(64) } }))).toBeUndefined()
})
