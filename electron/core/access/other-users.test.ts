import { expect, test } from 'vitest'
import { accessSchema } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { factsOf, fleet, type Host, service } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'
import { compareTiers } from './tiers.ts'

test('whoever has a key of an engine sends inference, and belongs to no person', () => {
  const keyed = (more: Partial<InferenceService>) => ({ ...service, apiKey: 'set', ...more }) as InferenceService
  const of = (more: Partial<InferenceService>) =>
    hostAccess(factsOf({ services: [keyed(more)] }), 0).accounts.flatMap((account) => (account.kind === 'key' ? [account] : []))
  const path = (argv: readonly string[]) => of({ argv })[0]?.holdings[0]?.path[0]
  expect(path(['vllm', 'serve'])).toBe('an API key of vllm.service')
  expect(path(['vllm', '--api-key', '‹redacted›', '--port', '1'])).toBe('the API key of vllm.service')
  expect(path(['vllm', '--api-key=‹redacted›'])).toBe('the API key of vllm.service')
  expect(path(['vllm', '--api-key', '‹redacted›', '‹redacted›'])).toBe('one of 2 API keys of vllm.service')
  expect(of({ engine: 'localai' })[0]?.holdings.map(({ capability }) => capability)).toEqual(['send-inference', 'change-models'])
  expect([of({ apiKey: 'none' }), of({ apiKey: 'unknown' }), of({ running: false })]).toEqual([[], [], []])
  const rows = compareTiers(
    hostAccess(factsOf({ services: [keyed({})] }), 0),
    accessSchema.parse({ tiers: {} }),
    fleet,
    fleet.hosts[0] as never,
  )
  expect(rows.find(({ account }) => account === 'API key of vllm.service')).toMatchObject({ state: 'own', tier: null })
})

test('lists of users that nobody read are said, and leave open nothing of the accounts', () => {
  const file = (path: string) => ({ name: 'auth_basic_user_file', parameters: [path], file: '/etc/nginx/nginx.conf', line: 1 })
  const gaps = (host: Host) => hostAccess(factsOf(host), 0).gaps.map(({ reason, leavesOpen }) => [reason.slice(0, 20), leavesOpen])
  expect(gaps({ nginx: [file('/etc/nginx/.htpasswd'), file('conf.d/htpasswd-ai'), file('/etc/nginx/a/b/htpasswd')] })).toEqual([])
  expect(gaps({ nginx: [file('/etc/nginx/users')] })).toEqual([['Names in /etc/nginx/', []]])
  expect(gaps({ nginx: [file('/srv/htpasswd')] })).toEqual([['Names in /srv/htpass', []]])
  expect(gaps({ programs: ['open-webui 812', 'litellm'] })).toEqual([['Open WebUI keeps its', []]])
})
