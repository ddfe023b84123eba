import type { PushParameter, PushValue } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import type { Generated } from './render.ts'

const HASH = `$2b$10$${'a'.repeat(53)}`

function sampleOf(parameter: PushParameter): PushValue {
  if (parameter.type === 'integer') return parameter.default ?? parameter.minimum
  const samples: Readonly<Record<typeof parameter.type, string>> = {
    address: '10.0.3.11',
    network: '10.0.1.0/24',
    'host-name': 'ai.example.internal',
    port: '443',
    endpoint: '10.0.3.11:22',
    account: 'gatehouse-ro',
    person: 'Kim.L',
    unit: 'ollama.service',
    path:
      parameter.type === 'path' ? `${parameter.roots[0]}${parameter.from?.startsWith('proxy-password-file') ? '.htpasswd' : 'sample'}` : '',
    choice: parameter.type === 'choice' ? (parameter.options[0] ?? '') : '',
    argument: '--model=/srv/models/a,b',
    login: `analyst:${HASH}`,
  }
  // Both versions of IP, since some lines stand for one of them alone.
  if (parameter.type === 'network' && parameter.many) return [samples.network, 'fd00::/8']
  return parameter.many ? [samples[parameter.type]] : samples[parameter.type]
}

/** A sound value for every parameter of a template. */
export const sampleValues = ({ parameters }: PushTemplate): Record<string, PushValue> =>
  Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, sampleOf(parameter)]))

/** Texts of Gatehouse itself, in short. */
export const sampleGenerated: Generated = { 'audit-sudoers': () => 'gatehouse-ro ALL=(root) NOPASSWD: /usr/sbin/sshd -T\n' }
