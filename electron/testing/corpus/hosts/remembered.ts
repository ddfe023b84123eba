import { parseLoginKeys } from '#core/facts/access/login-keys.ts'
import { llama } from '../../demo/hosts/models.ts'
import { vllm } from '../bases.ts'
import { type CorpusHost, corpusHost, type LookedAtHost, type Sin } from '../corpus-host.ts'
import { knownBefore, on, withFiles } from '../sins/host.ts'

const bytes = llama.files.reduce((sum, [, file]) => sum + file.size, 0)
const kindOf = (path: string): string =>
  path.endsWith('.safetensors') ? 'verified strong cleared safetensors weights' : 'verified strong cleared unknown configuration'

/** As `verifiedSection` tells them: the folder on the day before the audit, every file verified at its source. */
const models = [
  'listed 2026-11-24T12:00:00Z',
  `root listed ${llama.files.length} ${bytes} /srv/models`,
  ...llama.files.map(([path]) => `file ${kindOf(path)} ${path}`),
  `model approved r-1 ${llama.path}\tllama-3.1-8b-instruct`,
  '',
].join('\n')
const modelsWith = (from: string, to: string): Sin => knownBefore('verified-models', models.replace(from, to))

const pushed = (state: string, diff = ''): string =>
  `file ${state} vllm-hardened p-1 /etc/systemd/system/vllm.service.d/gatehouse.conf\n${diff}`

/** As `fleetKeysSection` tells them: the keys of both accounts were looked for on another host, and stand there in files of theirs. */
const fingerprints = parseLoginKeys(
  (vllm.keys ?? []).map(({ account, text }, at) => ({ text: `/home/${account}/.ssh/authorized_keys:1:${text}`, line: at + 1 })),
).map(({ fingerprint }) => fingerprint)
const keysElsewhere = (...accounts: readonly string[]): string =>
  [
    'keys of the fleet',
    'read gpu-02',
    ...fingerprints.map((fingerprint) => `own ${fingerprint}`),
    ...fingerprints.map((fingerprint, at) => `key ${fingerprint} gpu-02 ${accounts[at]}`),
    '',
  ].join('\n')

const remembered: LookedAtHost = {
  ...vllm,
  name: 'remembered',
  recorded: { 'verified-models': models, 'pushed-files': pushed('as-pushed'), 'fleet-keys': keysElsewhere('okafor', 'reyes') },
}

/** Hosts of which the console knows something from before: models that it has read, files that it has pushed, advisories of some day. */
export const rememberedHosts: readonly CorpusHost[] = [
  corpusHost('remembered', 'Its model was read and approved, its drop-in pushed', remembered),
  corpusHost('remembered-not-approved', 'Nobody has asked for this model', remembered, modelsWith('model approved', 'model unregistered')),
  corpusHost('remembered-approval-revoked', 'The approval was taken back', remembered, modelsWith('model approved', 'model revoked')),
  corpusHost(
    'remembered-pickle',
    'A shard of weights is a pickle, whatever its name says',
    remembered,
    modelsWith('safetensors', 'pickle'),
  ),
  corpusHost(
    'remembered-dangerous',
    'A shard runs code when it is loaded',
    remembered,
    modelsWith('cleared safetensors', 'dangerous pickle'),
  ),
  corpusHost(
    'remembered-differs',
    'A shard differs from what its publisher states',
    remembered,
    modelsWith('file verified', 'file differs'),
  ),
  corpusHost(
    'remembered-file-added',
    'A file was put beside the model since',
    remembered,
    withFiles({ [`${llama.path}/adapter.safetensors`]: llama.files[1]?.[1] }),
  ),
  corpusHost('remembered-long-ago', 'The models were read a month ago', remembered, modelsWith('2026-11-24', '2026-10-24')),
  corpusHost(
    'remembered-drop-in-changed',
    'Somebody turned the pushed drop-in back',
    remembered,
    knownBefore('pushed-files', pushed('changed', 'diff -ProtectSystem=strict\ndiff +ProtectSystem=no\n')),
  ),
  corpusHost('remembered-drop-in-gone', 'The pushed drop-in is gone', remembered, knownBefore('pushed-files', pushed('gone'))),
  corpusHost(
    'remembered-drop-in-unreadable',
    'The pushed drop-in may not be read',
    remembered,
    knownBefore('pushed-files', pushed('unreadable')),
  ),
  corpusHost(
    'remembered-key-of-two',
    'The key of the operator opens an account of another name on another host',
    remembered,
    knownBefore('fleet-keys', keysElsewhere('okafor', 'batch')),
  ),
  corpusHost(
    'remembered-advisories-old',
    'The advisory data is of the summer',
    remembered,
    on((host) => ({ ...host, advisoryAgeDays: 96 })),
  ),
]
