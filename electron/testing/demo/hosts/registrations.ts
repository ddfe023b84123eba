import { contentKey } from '#core/models/registry/content.ts'
import type { ModelKind } from '#shared/model/model-inventory.ts'
import type { ModelContent, Registration, RegistrationStep } from '#shared/model/model-registration.ts'
import { digestOf } from '../model-bytes.ts'
import { llama, llama3Approved } from './models.ts'
import { manifest, ollamaFiles, STORE } from './ollama.ts'

/** How the models of the demo came to be approved, before it began. */

type Step<S extends RegistrationStep['step']> = Omit<Extract<RegistrationStep, { step: S }>, 'at' | 'account' | 'step'>
const at = (time: string) => ({ at: `2026-11-${time}:00.000Z`, account: 'm.okafor' })
const requested = (time: string, step: Step<'requested'>): RegistrationStep => ({ ...at(time), step: 'requested', ...step })

/** Seen, tested and approved in one morning. */
function passed(
  content: ModelContent,
  host: string,
  path: string,
  kind: ModelKind,
  checks: Step<'reviewed'>['checks'],
): RegistrationStep[] {
  const answers = { where: 'lab-01, no network', passed: true, result: '12 of 12 test questions answered as expected' }
  return [
    { ...at('20T09:40'), step: 'reviewed', name: 'm.okafor', host, path, kind, content, scan: 'cleared', checks, note: '' },
    { ...at('20T10:15'), step: 'tested', name: 't.reyes', ...answers },
    { ...at('20T10:30'), step: 'approved', name: 'm.okafor', tiers: ['users'], hosts: [host], alone: false, secondFactor: true },
    { ...at('20T10:50'), step: 'deployed', host, path, detail: `${content.files.length} files, hashes checked on arrival` },
  ]
}

const contentOfFiles = (files: readonly (readonly [name: string, sha256: string, bytes: number])[]): ModelContent => ({
  key: contentKey(files.map(([, sha256]) => sha256)),
  files: files.map(([name, sha256, bytes]) => ({ name, sha256, bytes })),
})

const holds = (publisher: string, files: number): Step<'reviewed'>['checks'] => [
  { check: 'publisher', ok: true, detail: `${publisher} is on the list of publishers` },
  { check: 'hashes', ok: true, detail: `All ${files} files have the published hash` },
  { check: 'format', ok: true, detail: 'Weights are read by content' },
  { check: 'scan', ok: true, detail: 'All files are cleared' },
]

const llamaContent = contentOfFiles(llama.files.map(([path, file]) => [path.slice(llama.path.length + 1), digestOf(file), file.size]))
const LLAMA3_MANIFEST = manifest('llama3', 'latest')
/** As it was before the tag was moved. */
const llama3Content = contentOfFiles(
  ollamaFiles(llama3Approved).map(([path, file]) => [
    path === LLAMA3_MANIFEST ? 'manifest' : path.slice(`${STORE}/blobs/`.length),
    digestOf(file),
    file.size,
  ]),
)

export const registrations: readonly Registration[] = [
  {
    id: 'demo-llama-3.1-8b-instruct',
    model: 'llama-3.1-8b-instruct',
    steps: [
      requested('20T09:12', {
        ...{ name: 't.reyes', source: 'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct', licence: 'Llama 3.1 Community' },
        ...{ revision: '0e9e39f249a16976918f6564b8830bc894c89659', purpose: 'Answers of the support bot', hosts: ['gpu-01'] },
      }),
      ...passed(llamaContent, 'gpu-01', llama.path, 'directory', holds('Meta (huggingface.co/meta-llama)', llama.files.length)),
    ],
  },
  {
    id: 'demo-llama3-latest',
    model: 'llama3:latest',
    steps: [
      requested('20T09:20', {
        ...{ name: 't.reyes', source: 'ollama.com/library/llama3', licence: 'Llama 3 Community', revision: 'latest' },
        ...{ purpose: 'Summaries for the sales team', hosts: ['gpu-02'] },
      }),
      ...passed(llama3Content, 'gpu-02', LLAMA3_MANIFEST, 'ollama', holds('Ollama (ollama.com/library)', llama3Content.files.length)),
    ],
  },
  {
    id: 'demo-whisper-large-v3',
    model: 'whisper-large-v3',
    steps: [
      requested('23T14:05', {
        ...{ name: 'j.lind', source: 'https://huggingface.co/somebody/whisper-large-v3', licence: 'Apache-2.0', revision: '' },
        ...{ purpose: 'Transcripts of calls', hosts: [] },
      }),
    ],
  },
  {
    id: 'demo-mistral-small',
    model: 'mistral-small-3.2-24b-instruct',
    steps: [
      requested('24T08:30', {
        ...{ name: 't.reyes', source: 'https://huggingface.co/mistralai/Mistral-Small-3.2-24B-Instruct-2506', licence: 'Apache-2.0' },
        ...{ revision: 'cdb23b2e8a14', purpose: 'Replaces the model of the support bot', hosts: ['gpu-01'] },
      }),
    ],
  },
]
