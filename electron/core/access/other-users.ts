import type { AccessGap, AccountAccess, Holding } from '#shared/model/access.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../facts/fact.ts'
import type { Nginx } from '../facts/nginx/nginx.ts'
import type { Program } from '../facts/programs/programs.ts'
import { pathsNamed } from '../policy/controls/files/guarded.ts'

/** Who uses models without an account of the host: by a key of an engine, or by a list that is not read. */

/** Each engine’s API key: whoever has it sends inference, and no list says who that is. */
export function keyHolders(services: FactResult<readonly InferenceService[]>): readonly AccountAccess[] {
  if (!services.known) return []
  return services.value
    .filter(({ running, apiKey }) => running && apiKey === 'set')
    .map((service): AccountAccess => {
      const { id, engine, binds } = service
      const [bind] = binds
      const proof = bind ? { section: bind.section, line: bind.line } : { section: 'services', line: 0 }
      const count = keysOf(service)
      const key = count === undefined ? `an API key of ${id}` : count === 1 ? `the API key of ${id}` : `one of ${count} API keys of ${id}`
      const path = [key, ...(bind ? [`${bind.address}:${bind.port}`] : [])]
      const hold = (capability: Holding['capability']): Holding => ({ capability, path, proofs: [proof] })
      return {
        ...{ name: `API key of ${id}`.slice(0, 200), kind: 'key', groups: [], login: 'no', logins: [], keys: [], proof },
        loginNotes: ['whoever has it, no list says who that is'],
        // LocalAI installs and deletes models over the same API, with the same key.
        holdings: [hold('send-inference'), ...(engine === 'localai' ? [hold('change-models')] : [])],
      }
    })
}

/** vLLM takes several behind one flag (cli_args.py); what others take as a list was masked as one word. */
function keysOf({ engine, argv }: InferenceService): number | undefined {
  if (engine !== 'vllm') return undefined
  const flags = argv.flatMap((word, at) => (word === '--api-key' || word.startsWith('--api-key=') ? at : []))
  const [at] = flags
  if (at === undefined || flags.length > 1) return undefined
  if (argv[at] !== '--api-key') return 1
  const rest = argv.slice(at + 1)
  const end = rest.findIndex((word) => word.startsWith('-'))
  return (end < 0 ? rest : rest.slice(0, end)).length || undefined
}

/** Where the section `access` looks for password files: up to three folders deep, by name. */
const LOOKED_FOR = /^\/etc\/(?:nginx|caddy|apache2|httpd)\/(?:[^/]+\/){0,2}[^/]*htpasswd[^/]*$/

/** Lists of users that nobody read. They say nothing of the accounts that were. */
export function unreadUsers(nginx: FactResult<Nginx>, programs: FactResult<readonly Program[]>): readonly AccessGap[] {
  const files = nginx.known ? [...pathsNamed(nginx.value, 'auth_basic_user_file').keys()].filter((path) => !LOOKED_FOR.test(path)) : []
  const webUi = programs.known && programs.value.some(({ id }) => id.split(' ')[0] === 'open-webui')
  return [
    ...files.slice(0, 20).map((path) => ({
      reason: `Names in ${path.slice(0, 200)}, by which nginx lets in, were not read`,
      hint: 'Gatehouse reads files named htpasswd below /etc/nginx.',
      leavesOpen: [],
    })),
    ...(webUi
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
