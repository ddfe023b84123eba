import type { LlamaSettings } from '../processes/llama-settings.ts'
import type { KnownEnvironment } from './configured.ts'
import { everyValue, flagValue } from './flags.ts'
import type { Launch } from './launch.ts'

type Variables = Readonly<Record<string, string>>

/** llama-server takes `--lora_scaled` as `--lora-scaled`; the Python binding spells its flags with underscores. */
const style = { underscores: true }

/** Files that are loaded once, by flags (the last one counts) or variables (tools/server/README.md; llama_cpp/server/settings.py). */
const singles: readonly (readonly [flags: readonly string[], variables: readonly string[]])[] = [
  [['-m', '--model'], ['LLAMA_ARG_MODEL']],
  [
    ['-md', '--model-draft', '--spec-draft-model'],
    ['LLAMA_ARG_SPEC_DRAFT_MODEL', 'LLAMA_ARG_MODEL_DRAFT'],
  ],
  [['-mm', '--mmproj', '--clip-model-path'], ['LLAMA_ARG_MMPROJ']],
  [['-mv', '--model-vocoder'], ['LLAMA_ARG_MODEL_VOCODER']],
  [['--lora-path'], []],
]

/** Files that are loaded beside each other, apart by commas. */
const lists = ['--lora', '--lora-scaled', '--control-vector', '--control-vector-scaled']

/** Files that llama-server (or its Python binding) is told to load: the model, a projector, a draft, adapters. */
export function llamaFiles(words: readonly string[], variables: Variables): readonly string[] {
  const single = singles.map(
    ([flags, names]) => flagValue(words, flags, style) ?? names.map((name) => variables[name]).find((value) => value !== undefined),
  )
  const listed = everyValue(words, lists, style).flatMap((value) => value.split(',').map((one) => one.replace(/:[-+.\deE]+$/, '')))
  return [...single, ...listed].filter((file): file is string => file !== undefined && file !== '')
}

/** Flags and variables that name a source on the network (tools/server/README.md). */
const fetchingFlags =
  /^(?:-(?:hf|hfr|hfd|hfrd|hfv|hfrv|mu|dr|mmu)|--(?:hf-repo|hf-repo-draft|spec-draft-hf|hf-repo-v|model-url|docker-repo|mmproj-url))$/
/** Presets such as --gpt-oss-20b-default name a repository; --spec-default names none. */
const fetchingPresets = /^--(?!spec-)[\w.-]+-(?:default|spec)$/
const fetchingVariables = [
  'LLAMA_ARG_HF_REPO',
  'LLAMA_ARG_HFD_REPO',
  'LLAMA_ARG_SPEC_DRAFT_HF_REPO',
  'LLAMA_ARG_HF_REPO_V',
  'LLAMA_ARG_MODEL_URL',
  'LLAMA_ARG_DOCKER_REPO',
  'LLAMA_ARG_MMPROJ_URL',
]

/** The word or variable by which it fetches a model that is not in its cache. */
export const llamaFetch = (words: readonly string[], variables: Variables): string | undefined =>
  words.find((word) => fetchingFlags.test(word.split('=', 1)[0] ?? '') || fetchingPresets.test(word)) ??
  fetchingVariables.find((one) => (variables[one] ?? '') !== '')

/** What a file of settings may set for the worse or the better: with one of these in it, nothing is sure of what its variables do not say. */
const decisive = /^LLAMA_(?:ARG_)?(?:HOST|PORT|API_KEY|API_KEY_FILE|API_PREFIX|SSL_\w+|OFFLINE)$/

/**
 * Variables of a server with what the host's file of settings names below them. That a key is set there does not count, since it may stand in a section
 * that its release passes over. The Python binding does not read that file, nor what runs in a container.
 */
export function withSettings(launch: Launch, environment: KnownEnvironment, settings: LlamaSettings | undefined): KnownEnvironment {
  if (launch.engine !== 'llama.cpp' || launch.variant !== undefined || settings === undefined) return environment
  const named = Object.entries(settings.variables)
  const open = settings.unread || named.some(([name]) => decisive.test(name) && environment.variables[name] === undefined)
  const counted = named.filter(([name]) => !/^LLAMA_(?:ARG_)?API_KEY/.test(name))
  return { variables: { ...Object.fromEntries(counted), ...environment.variables }, complete: environment.complete && !open }
}
