import { expect, test } from 'vitest'
import caddyOllama from '#assets/templates/caddy-ollama/manifest.json' with { type: 'json' }
import dockerPublishedPorts from '#assets/templates/docker-published-ports/manifest.json' with { type: 'json' }
import htpasswdUsers from '#assets/templates/htpasswd-users/manifest.json' with { type: 'json' }
import llamaServerUnit from '#assets/templates/llama-server-unit/manifest.json' with { type: 'json' }
import modelOwnership from '#assets/templates/model-ownership/manifest.json' with { type: 'json' }
import nftablesSegment from '#assets/templates/nftables-segment/manifest.json' with { type: 'json' }
import nginxAiAccessLog from '#assets/templates/nginx-ai-access-log/manifest.json' with { type: 'json' }
import nginxOllama from '#assets/templates/nginx-ollama/manifest.json' with { type: 'json' }
import nginxOpenai from '#assets/templates/nginx-openai/manifest.json' with { type: 'json' }
import ollamaLoopback from '#assets/templates/ollama-loopback/manifest.json' with { type: 'json' }
import sshdBehindJump from '#assets/templates/sshd-behind-jump/manifest.json' with { type: 'json' }
import systemdSandbox from '#assets/templates/systemd-sandbox/manifest.json' with { type: 'json' }
import ufwSegment from '#assets/templates/ufw-segment/manifest.json' with { type: 'json' }
import vllmCredential from '#assets/templates/vllm-credential/manifest.json' with { type: 'json' }
import type { HostAudit } from '#shared/model/audit.ts'
import { pushTemplateSchema } from '#shared/model/push-template.ts'
import type { TemplateEntry } from '#shared/model/template-entry.ts'
import { fixFor, movedFile } from './fix-for.ts'

const ollama = { id: 'ollama.service', unit: 'ollama.service', engine: 'ollama' }
const localai = { id: 'localai.service', unit: 'localai.service', engine: 'localai' }
const vllm = { id: 'vllm@a.service', unit: 'vllm@a.service', engine: 'vllm' }
const groups = (...services: readonly string[]) => services.map((service) => ({ service }))
const front = (program: string, name: string, port: number, ...services: readonly string[]) => ({
  ...{ id: `${program} ${name}:${port}`, program, port, proxy: { name, encrypted: false } },
  groups: groups(...services),
})
const seen = {
  services: [ollama, localai, vllm, { id: 'llama.cpp:8080', engine: 'llama.cpp' }],
  endpoints: [
    front('nginx', 'chat.example', 80, ollama.id),
    front('nginx', 'api.example', 443, vllm.id),
    front('nginx', 'both.example', 443, ollama.id, vllm.id),
    front('nginx', '0.0.0.0', 8081, ollama.id),
    front('Caddy', 'caddy.example', 443, ollama.id),
    front('oauth2-proxy', 'login.example', 4180, ollama.id),
    { ...front('nginx', 'x', 1, ollama.id), id: 'ollama.service *:11434', proxy: undefined },
  ],
} as unknown as HostAudit
const entry = (manifest: unknown, state: TemplateEntry['state'] = 'shipped'): TemplateEntry => ({
  ...{ manifest: pushTemplateSchema.parse(manifest), sha256: '', origin: 'shipped', signedBy: null, state, decision: null },
})
const shipped = [
  nginxOllama,
  nginxOpenai,
  caddyOllama,
  nginxAiAccessLog,
  htpasswdUsers,
  ollamaLoopback,
  sshdBehindJump,
  systemdSandbox,
  ufwSegment,
  nftablesSegment,
  llamaServerUnit,
  vllmCredential,
  dockerPublishedPorts,
  modelOwnership,
].map((one) => entry(one))
const on = (control: string, subject: string, more: object = {}) => ({ control, subject, status: 'fail' as const, ...more })
const login = (subject: string) => on('proxy-requires-authentication', subject)
const named = { remediation: { template: 'nginx-ollama' } }

test.each([
  ['a service of the unit', on('inference-bound-to-loopback', ollama.id), 'ollama-loopback', { unit: 'ollama.service' }],
  ['a warning', on('inference-bound-to-loopback', ollama.id, { status: 'warning' }), 'ollama-loopback', { unit: 'ollama.service' }],
  ['the template of its engine', on('inference-bound-to-loopback', vllm.id), 'vllm-credential', { unit: vllm.id }],
  ['a unit that the template is told', on('inference-unit-sandboxed', vllm.id), 'systemd-sandbox', { unit: vllm.id }],
  ['a front of nginx before Ollama', login('chat.example:80'), 'nginx-ollama', { serverName: 'chat.example' }],
  ['one before another engine', login('api.example:443'), 'nginx-openai', { serverName: 'api.example' }],
  ['even where the control names the other', { ...login('api.example:443'), ...named }, 'nginx-openai', { serverName: 'api.example' }],
  ['a front of Caddy', login('caddy.example:443'), 'caddy-ollama', { serverName: 'caddy.example' }],
  ['a location of it', on('management-endpoints-restricted', 'chat.example:80 /api/pull'), 'nginx-ollama', { serverName: 'chat.example' }],
  ['a front without a name', login('0.0.0.0:8081'), 'nginx-ollama', {}],
  [
    'a log of a front of both engines',
    on('proxy-access-log-structured', 'both.example:443'),
    'nginx-ai-access-log',
    { serverName: 'both.example' },
  ],
  ['a password file', on('proxy-password-files-protected', '/etc/nginx/.htpasswd'), 'htpasswd-users', { file: '/etc/nginx/.htpasswd' }],
  ['a folder of models', on('model-files-owned-by-service', '/srv/models'), 'model-ownership', { directories: ['/srv/models'] }],
  ['sshd', on('sshd-keys-only', 'sshd'), 'sshd-behind-jump', {}],
  ['a port that the firewall leaves open', on('inference-port-only-from-app', '*:443'), 'ufw-segment', {}],
  [
    'a port that Docker publishes',
    on('inference-port-only-from-app', '[::]:8080', { remediation: { template: 'docker-published-ports' } }),
    'docker-published-ports',
    { ports: ['8080'] },
  ],
  ['one of another firewall', on('ssh-only-from-jump', '*:22', { remediation: { template: 'nftables-segment' } }), 'nftables-segment', {}],
])('%s', (_name, finding, template, parameters) => expect(fixFor(finding, seen, shipped)).toEqual({ template, parameters }))

test.each([
  ['another control', on('other', ollama.id)],
  ['a service of an engine for which no template is', on('inference-bound-to-loopback', 'localai.service')],
  ['a server without a unit', on('inference-unit-sandboxed', 'llama.cpp:8080')],
  ['what passes', on('inference-bound-to-loopback', ollama.id, { status: 'pass' })],
  ['what was not measured', on('inference-bound-to-loopback', ollama.id, { status: 'not-evaluated' })],
  ['a front of both engines, for which no template stands in', login('both.example:443')],
  ['a front of another proxy', login('login.example:4180')],
  ['a front that was not drawn', login('gone.example:443')],
  ['a front whose name only begins alike', login('chat.example:8080')],
  ['a password file of another proxy', on('proxy-password-files-protected', '/etc/caddy/Caddyfile')],
  ['what containers send', on('outbound-only-to-storage', 'behind docker0')],
  ['the host as a whole', on('sshd-keys-only', '')],
])('nothing for %s', (_name, finding) => expect(fixFor(finding, seen, shipped)).toBeUndefined())

test('nothing for a front in an audit from before they were drawn', () =>
  expect(fixFor(login('chat.example:80'), { services: seen.services }, shipped)).toBeUndefined())

test('a template that nobody may push fixes nothing', () => {
  for (const state of ['withdrawn', 'pending'] as const)
    expect(fixFor(on('sshd-keys-only', 'sshd'), seen, [entry(sshdBehindJump, state)])).toBeUndefined()
})

test('of two that fit, the one that the control names', () => {
  const own = entry({ ...sshdBehindJump, id: 'own' }, 'approved')
  const finding = on('sshd-keys-only', 'sshd', { remediation: { template: 'sshd-behind-jump' } })
  expect(fixFor(finding, seen, [own, ...shipped])?.template).toBe('sshd-behind-jump')
  expect(fixFor({ ...finding, remediation: { template: 'gone' } }, seen, [own])?.template).toBe('own')
})

test('a file that changed outside of a push is called by its path; one that is as it was pushed, or unread, is not', () => {
  const on = (control: string, status: 'fail' | 'pass' | 'not-evaluated') => ({ control, status, subject: '/etc/x.conf' }) as never
  expect(movedFile(on('pushed-files-unchanged', 'fail'))).toBe('/etc/x.conf')
  expect(movedFile(on('pushed-files-unchanged', 'not-evaluated'))).toBeUndefined()
  expect(movedFile(on('sshd-keys-only', 'fail'))).toBeUndefined()
  expect(movedFile(undefined)).toBeUndefined()
})
