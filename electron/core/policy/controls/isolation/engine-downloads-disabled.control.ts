import type { InferenceService } from '#shared/model/inference-service.ts'
import { flagValue, hasFlag, unreadVariable } from '../../../facts/services/flags.ts'
import { recognise } from '../../../facts/services/launch.ts'
import { llamaFetch } from '../../../facts/services/llama-words.ts'
import { isRepository, vllmExtras, vllmModel } from '../../../facts/services/vllm-words.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, noServices, serviceName } from '../inference/service-words.ts'
import { fetchingPrograms } from './hub-programs.ts'
import { asksModelScope, environmentKnown, offlineSettings } from './offline-settings.ts'

export default defineControl({
  id: 'engine-downloads-disabled',
  item: 'SUP-4',
  severity: 'high',
  title: 'Inference servers load models from disk and download none by themselves',
  rationale:
    'A server that names a hub instead of a path loads whatever lies there at the next restart, with no review and no hash. Whoever takes over the account of the publisher takes over the server.',
  steps: 'Copy the approved model to disk and name its path.',
  needs: ['services'],
  uses: ['units', 'programs'],
  references: ['NIST-800-53:CM-7', 'NIST-800-53:SI-7', 'CIS-8:2.5', 'ISO-27001:A.8.19', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, units, programs }) => {
    const others = fetchingPrograms(programs)
    if (services.length + others.length === 0) return noServices
    const verdicts = services.map((service) => {
      const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
      return judge(service, unit, environmentKnown(service))
    })
    return [...verdicts, ...others]
  },
})

interface Download {
  /** The word that asks for it. */
  readonly token: string
  readonly what: string
  /** What keeps the hub away does not keep it: another library fetches it. */
  readonly evenOffline?: true
}

function judge(service: InferenceService, unit: Unit | undefined, known: boolean): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const cite = (token?: string) => {
    const started = unit ? citeUnit(unit, 'ExecStart', { token }) : []
    return started.length > 0 ? started : [{ section: service.how === 'container' ? 'containers' : 'processes', line: 0 }]
  }
  const settings = offlineSettings(service, known)
  // Of LocalAI both keep it from fetching, of vLLM the second keeps figures from leaving.
  const offline = (service.engine === 'localai' ? settings.find(({ state }) => state !== 'set') : undefined) ?? settings[0]
  const { download, unknown } = downloadOf(service, known)
  const hubs = service.engine !== 'localai' && service.engine !== 'ollama'
  const blocked = hubs && offline?.state === 'set' && download?.evenOffline !== true
  if (download && hubs && offline?.state === 'said' && !download.evenOffline) {
    const reason = `${name} is started with ${download.token}, and told to stay offline by ${offline.name}, which something that could not be read may override.`
    return { ...base, status: 'not-evaluated', title: 'What it would download is not known', reason, cite: cite(download.token) }
  }
  if (download && blocked && service.engine === 'vllm' && asksModelScope(service.environment ?? {})) {
    const reason = `${name} is started with ${download.token} and VLLM_USE_MODELSCOPE: ${offline.name} keeps weights of that hub away, not its configurations and adapters.`
    return { ...base, status: 'not-evaluated', title: 'What it would download is not known', reason, cite: cite(download.token) }
  }
  if (download && !blocked) {
    return {
      ...base,
      status: 'fail',
      title: 'The server downloads by itself',
      reason: `${name} is started with ${download.token}: ${download.what}. Expected a path on disk.`,
      hint: `Copy the approved model to disk and name its path${offline && hubs && !download.evenOffline ? `, and set ${offline.name}` : ''}.`,
      cite: cite(download.token),
    }
  }
  if (!download && unknown !== undefined && !blocked) {
    return { ...base, status: 'not-evaluated', title: 'What it would download is not known', reason: `${name}: ${unknown}.`, cite: cite() }
  }
  if (service.engine === 'ollama' || service.engine === 'localai') {
    const what =
      service.engine === 'ollama'
        ? 'requests for models named -cloud leave for ollama.com'
        : 'lists of models and back ends are fetched at start'
    if (offline?.state === 'missing') {
      const reason = `${name} runs without ${offline.name}, so ${what}.`
      return {
        ...base,
        status: 'warning',
        title: 'The server reaches for the internet',
        reason,
        hint: `Set ${offline.name}.`,
        cite: cite(),
      }
    }
    if (offline?.state === 'unknown' || offline?.state === 'said') {
      const reason = `Whether ${offline.name} is set for ${name} is not known: its environment could not be read whole.`
      return { ...base, status: 'not-evaluated', title: "The server's environment could not be read", reason, cite: cite() }
    }
  }
  const reason = blocked ? `${name} is told to stay offline.` : `${name} names no hub and no address to load from.`
  return { ...base, status: 'pass', title: 'The server downloads nothing by itself', reason, cite: cite() }
}

function downloadOf(service: InferenceService, known: boolean): { readonly download?: Download; readonly unknown?: string } {
  const words = recognise(service.argv)?.words ?? service.argv
  const found = downloadBy(service, words, known)
  const flags = unreadVariable(words)
  if (found.download || found.unknown !== undefined || flags === undefined || service.engine === 'ollama') return found
  return { unknown: `what ${flags} in the command of its unit stands for was not read` }
}

function downloadBy(service: InferenceService, words: readonly string[], known: boolean): ReturnType<typeof downloadOf> {
  const env = service.environment ?? {}
  switch (service.engine) {
    case 'vllm':
      return vllm(words)
    case 'llama.cpp':
      return llama(words, env, known)
    case 'localai':
      return localAi(words, env, known)
    case 'ollama':
      return {}
  }
}

/**
 * vLLM takes a path or a repository of the hub, as an argument of `serve` or by --model; a configuration file may name one too. What it
 * loads beside the model is named in the same ways; a single word there may be a method of drafting (`ngram`).
 */
function vllm(words: readonly string[]) {
  const model = vllmModel(words)
  const extras = vllmExtras(words)
  // Of a store the streamer of Run:ai reads (docs, runai_model_streamer), past huggingface_hub and its switch.
  const store = [model, ...extras].find((one) => one !== undefined && isAddress(one))
  if (store !== undefined) return { download: { token: store, what: 'it comes from a remote store', evenOffline: true as const } }
  const unread = [model, ...extras].find((one) => one?.includes('$'))
  const extra = extras.find((one) => isRepository(one) && one.includes('/') && !one.includes('$'))
  const beside =
    extra === undefined ? undefined : { token: extra, what: 'what it loads beside the model is named like a repository of a hub' }
  if (model === undefined || model === '') {
    if (beside) return { download: beside }
    const config = hasFlag(words, ['--config'], { underscores: true })
    return { unknown: config ? 'its --config file may name a model of a hub' : 'which of its words is the model is not certain' }
  }
  // A relative folder cannot be told from a repository; transformers looks for the folder first.
  if (isRepository(model) && !model.includes('$'))
    return { download: { token: model, what: 'the model is named like a repository of a hub' } }
  if (beside) return { download: beside }
  return unread === undefined ? {} : { unknown: `what ${unread} in the command of its unit stands for was not read` }
}

const isAddress = (name: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(name)

function llama(words: readonly string[], env: Readonly<Record<string, string>>, known: boolean) {
  const token = llamaFetch(words, env)
  if (token !== undefined) return { download: { token, what: 'it fetches the model when it is not in its cache' } }
  // A section of a preset may name a repository, and have it loaded at start (tools/server/README.md, model presets).
  if (hasFlag(words, ['--models-preset'], { underscores: true }) || (env.LLAMA_ARG_MODELS_PRESET ?? '') !== '')
    return { unknown: 'its file of presets may name a model of a hub' }
  // Beside a repository that a variable names, --model is the file to fetch from it (common_params_handle_model() of common/arg.cpp).
  return known ? {} : { unknown: 'its environment could not be read, and it may name a model to fetch, whatever --model says' }
}

/** core/cli/run.go of LocalAI: models and back ends to fetch at start, by flags, variables, or plain words that are addresses or names of a gallery. */
function localAi(words: readonly string[], env: Readonly<Record<string, string>>, known: boolean) {
  const flag = ['--preload-models', '--preload-models-config', '--models'].find((one) => flagValue(words, [one]) !== undefined)
  if (flag !== undefined) return { download: { token: flag, what: 'it installs these models at start' } }
  const variable = [
    'LOCALAI_PRELOAD_MODELS',
    'PRELOAD_MODELS',
    'LOCALAI_PRELOAD_MODELS_CONFIG',
    'PRELOAD_MODELS_CONFIG',
    'LOCALAI_MODELS',
    'MODELS',
  ].find((one) => (env[one] ?? '') !== '')
  if (variable !== undefined) return { download: { token: variable, what: 'it installs these models at start' } }
  const backends = hasFlag(words, ['--external-backends'])
    ? '--external-backends'
    : ['LOCALAI_EXTERNAL_BACKENDS', 'EXTERNAL_BACKENDS'].find((one) => (env[one] ?? '') !== '')
  if (backends !== undefined) return { download: { token: backends, what: 'it installs these back ends at start' } }
  const model = words.find((word, at) => isModelArgument(word, words[at - 1]))
  if (model !== undefined) return { download: { token: model, what: 'it installs this model at start' } }
  return known ? {} : { unknown: 'its environment could not be read, and it may name models to install' }
}

/** Flags that take no value, and those whose value may be an address; of others one cannot tell whether the next word is theirs. */
const ALONE =
  /^--(?:debug|f16|cors|csrf|p2p|federated|(?:disable|enable)-[\w-]+|opaque-errors|parallel-requests|single-active-backend|auth)$/
const OF_ADDRESSES = /^--(?:galleries|backend-galleries|[\w-]*(?:url|uri|issuer|endpoint|address|addr|origins?|backends?))$/

/** A word that is no flag, and no value of the one before it. `run` is the command, behind flags that stand before it. */
function isModelArgument(word: string, before = ''): boolean {
  if (word === '' || /^[-./~]/.test(word) || word === 'run') return false
  const opened = before.startsWith('-') && !before.includes('=') && !ALONE.test(before)
  return !opened || (isAddress(word) && !OF_ADDRESSES.test(before))
}
