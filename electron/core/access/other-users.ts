import type { AccessGap, AccountAccess, Holding } from '#shared/model/access.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../facts/fact.ts'
import { directivesNamed, pathsNamed } from '../facts/nginx/named-directives.ts'
import type { Nginx } from '../facts/nginx/nginx.ts'
import type { Program } from '../facts/programs/programs.ts'
import { everyValue, flagValue, hasFlag, valuesOf } from '../facts/services/flags.ts'
import { keyFileOf } from './engine-keys.ts'

/** Who uses models without an account of the host: by a key of an engine, or by a list that is not read. */

/** Each engine’s API key: whoever has it sends inference, and no list says who that is. */
export function keyHolders(services: FactResult<readonly InferenceService[]>): readonly AccountAccess[] {
  if (!services.known) return []
  return services.value
    .filter(
      (service) =>
        service.running &&
        (service.apiKey === 'set' ||
          service.apiKey === 'placeholder' ||
          (service.apiKey === 'unknown' && keyFileOf(service) !== undefined)),
    )
    .map((service): AccountAccess => {
      const { id, engine, binds } = service
      const [bind] = binds
      const proof = bind ? { section: bind.section, line: bind.line } : { section: 'services', line: 0 }
      const { count, note } = keysOf(service)
      const key = count === undefined ? `an API key of ${id}` : count === 1 ? `the API key of ${id}` : `one of ${count} API keys of ${id}`
      const path = [key, ...(bind ? [`${bind.address}:${bind.port}`] : [])]
      const hold = (capability: Holding['capability']): Holding => ({ capability, path, proofs: [proof] })
      return {
        ...{ name: `API key of ${id}`.slice(0, 200), kind: 'key', groups: [], login: 'no', logins: [], keys: [], proof },
        loginNotes: ['whoever has it, no list says who that is', ...(note === undefined ? [] : [note])],
        // LocalAI installs and deletes models over the same API, with the same key.
        holdings: [hold('send-inference'), ...(engine === 'localai' ? [hold('change-models')] : [])],
      }
    })
}

interface KeyCount {
  /** Undefined when that is not known. */
  readonly count?: number
  /** Keys that were not counted. */
  readonly note?: string
}

const listed = (value: string): number => value.split(',').filter((key) => key.trim() !== '').length

/** By the flags and variables of each engine; keys are masked one by one, so that their number is left (`facts/secrets.ts`). */
function keysOf(service: InferenceService): KeyCount {
  const { engine, argv, environment = {} } = service
  switch (engine) {
    // cli_args.py: several behind one flag, of which the last one counts; else the one of the environment.
    case 'vllm': {
      const flags = everyValue(argv, ['--api-key'], { underscores: true })
      if (flags.length > 1) return {}
      const count = valuesOf(argv, ['--api-key'], { underscores: true }).length
      if (count > 0) return { count }
      return environment.VLLM_API_KEY && !hasFlag(argv, ['--config'], { underscores: true }) ? { count: 1 } : {}
    }
    // common/arg.cpp: a list between commas, and a file with a key on each line; flags add to each other.
    case 'llama.cpp': {
      const file = keyFileOf(service)
      if (file !== undefined) return { note: `its keys stand in ${file.slice(0, 120)}, where they were not counted` }
      const flags = everyValue(argv, ['--api-key'])
      if (flags.length > 0 && environment.LLAMA_API_KEY !== undefined) return {}
      if (hasFlag(argv, ['--api_key'])) return { count: 1 }
      const count = (flags.length > 0 ? flags : [environment.LLAMA_API_KEY ?? environment.API_KEY ?? '']).reduce(
        (sum, value) => sum + listed(value),
        0,
      )
      return count > 0 ? { count } : {}
    }
    // core/cli/run.go: a list between commas, to which a file that it watches adds more.
    case 'localai': {
      const count = listed(flagValue(argv, ['--api-keys']) ?? environment.LOCALAI_API_KEY ?? environment.API_KEY ?? '')
      return count > 0 ? { count, note: 'api_keys.json of its configuration folder may hold more, which was not read' } : {}
    }
    default:
      return {}
  }
}

/**
 * Keys that nginx itself knows: a map from what a client sends (`$http_authorization`, a header of keys) to a name or a sign, which an `if` asks
 * for (ngx_http_map_module). Names on the right say whose key it is.
 */
export function mapKeys(nginx: FactResult<Nginx>): readonly AccountAccess[] {
  if (!nginx.known) return []
  const asked = directivesNamed(nginx.value.directives, 'if').map(({ parameters }) => parameters.join(' '))
  return directivesNamed(nginx.value.directives, 'map').flatMap(({ parameters: [source = '', variable = ''], block = [], line }) => {
    const asksFor = new RegExp(`\\$\\{?${variable.replace(/^\$/, '').replace(/\W/g, '')}(?!\\w)`)
    if (!MAPPED_KEY.test(source) || !asked.some((condition) => asksFor.test(condition))) return []
    const keys = block.filter(({ name, parameters: [value = ''] }) => !MAP_WORDS.has(name) && !['', '0'].includes(value))
    const names = [...new Set(keys.map(({ parameters: [value = ''] }) => value))]
    // Where each key maps to the same sign, it says nothing of who has it.
    if (keys.length > 1 && names.length === 1)
      return [mappedKey(`${variable} at nginx`, `one of ${keys.length} API keys in map ${variable}`, line)]
    return keys
      .slice(0, MAX_MAPPED)
      .map(({ parameters: [value = ''], line: at }) => mappedKey(`${value} at nginx`, `the API key of ${value} in map ${variable}`, at))
  })
}

/** The master key of LiteLLM adds models and keys as well (docs/proxy/virtual_keys). */
export function programKeys(programs: FactResult<readonly Program[]>): readonly AccountAccess[] {
  if (!programs.known) return []
  return programs.value
    .filter(({ id, authentication }) => isProgram(id, 'litellm') && authentication === 'on')
    .map(({ id, name, section, line }): AccountAccess => {
      const proof = { section, line }
      const hold = (capability: Holding['capability']): Holding => ({ capability, path: [`the master key of ${name}`], proofs: [proof] })
      return {
        ...{ name: `Master key of ${id}`.slice(0, 200), kind: 'key', groups: [], login: 'no', logins: [], keys: [], proof },
        loginNotes: ['whoever has it, no list says who that is'],
        holdings: [hold('send-inference'), hold('change-models')],
      }
    })
}

/** Where a program runs twice, its pid stands behind its name. */
const isProgram = (id: string, name: string): boolean => id.split(' ')[0] === name

const MAPPED_KEY = /^\$\{?(?:http_authorization|(?:http|arg|cookie)_\w*(?:key|token|secret)\w*)\}?$/i
const MAP_WORDS: ReadonlySet<string> = new Set(['default', 'include', 'hostnames', 'volatile'])
const MAX_MAPPED = 200

const mappedKey = (whose: string, path: string, line: number): AccountAccess => ({
  ...{
    name: `API key of ${whose}`.slice(0, 200),
    kind: 'key',
    groups: [],
    login: 'no',
    logins: [],
    keys: [],
    proof: { section: 'nginx', line },
  },
  loginNotes: ['whoever has it, no list says who that is'],
  holdings: [{ capability: 'send-inference', path: [path.slice(0, 300)], proofs: [{ section: 'nginx', line }] }],
})

/** Where the section `access` looks for password files: up to three folders deep, by name. */
const LOOKED_FOR = /^\/etc\/(?:nginx|caddy|apache2|httpd)\/(?:[^/]+\/){0,2}[^/]*htpasswd[^/]*$/

/** Lists of users that nobody read. They say nothing of the accounts that were. */
export function unreadUsers(nginx: FactResult<Nginx>, programs: FactResult<readonly Program[]>): readonly AccessGap[] {
  const files = nginx.known ? [...pathsNamed(nginx.value, 'auth_basic_user_file').keys()].filter((path) => !LOOKED_FOR.test(path)) : []
  const runs = (name: string) => programs.known && programs.value.some(({ id }) => isProgram(id, name))
  return [
    ...files.slice(0, 20).map((path) => ({
      reason: `Names in ${path.slice(0, 200)}, by which nginx lets in, were not read`,
      hint: 'Gatehouse reads files named htpasswd below /etc/nginx.',
      leavesOpen: [],
    })),
    ...(runs('litellm')
      ? [
          {
            reason: 'LiteLLM keeps the keys that it has given out in a database of its own, which is not read',
            hint: 'Its route /key/list, asked with the master key, says how many there are and whose.',
            leavesOpen: [],
          },
        ]
      : []),
    ...(runs('open-webui')
      ? [
          {
            reason: 'Open WebUI keeps its users and their roles in a database of its own, which is not read',
            hint: 'On the host: sqlite3 -readonly webui.db "select role, email from user"; its administrators manage the models behind it.',
            leavesOpen: [],
          },
        ]
      : []),
  ]
}
