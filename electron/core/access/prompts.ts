import type { AccessGap } from '#shared/model/access.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { directivesNamed } from '../facts/nginx/named-directives.ts'
import type { Program } from '../facts/programs/programs.ts'
import { flagValue } from '../facts/services/flags.ts'
import { loggedPrompts } from '../facts/services/logged-prompts.ts'
import type { AccessFacts } from './access-facts.ts'
import { readsJournal } from './journal.ts'
import type { Own } from './own.ts'
import { type Member, reads } from './rights.ts'
import { sudoFiles } from './sudo-files.ts'
import { citeOf } from './sudo-ways.ts'
import type { World } from './world-model.ts'

/** Who reads what is asked of a server because it is written down: by the server in the journal, or by nginx in a log with bodies. */
export function readsPrompts(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  return [...inJournal(member, world, facts), ...inProxyLogs(member, world, facts), ...inChats(member, facts)]
}

function inJournal(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  return (facts.services.known ? facts.services.value : []).flatMap((service): readonly Own[] => {
    const logged = service.unit === undefined ? undefined : loggedPrompts(service)
    if (service.unit === undefined || !logged || logged.kind === 'clean') return []
    const way = readsJournal(member, world, service.unit)
    const unknown = logged.kind === 'unknown' ? `only if ${service.id} logs prompts (${logged.why.slice(0, 80)})` : undefined
    return way
      ? [{ ...way, capability: 'read-prompts', by: `${way.by}, where ${service.id} writes prompts`, condition: way.condition ?? unknown }]
      : []
  })
}

/** What clients send stands in the body, and no other variable holds it (ngx_http_core_module). */
const BODY = /\$\{?(?:request_body|resp_body)(?!\w)/

function inProxyLogs(member: Member, world: World, { nginx }: AccessFacts): readonly Own[] {
  if (!nginx.known) return []
  const formats = new Set(
    directivesNamed(nginx.value.directives, 'log_format').flatMap(({ parameters: [name = '', ...text] }) =>
      BODY.test(text.join('')) ? name : [],
    ),
  )
  if (formats.size === 0) return []
  const reading = sudoFiles(member, world, 'read')
  return directivesNamed(nginx.value.directives, 'access_log').flatMap(({ parameters: [path = '', ...words] }): readonly Own[] => {
    if (!path.startsWith('/') || !formats.has(words.find((word) => !word.includes('=')) ?? 'combined')) return []
    const what = ', where nginx writes bodies of requests'
    const right = reads(member, path, world.files)
    if (right) return [{ capability: 'read-prompts', by: `${right.why}${what}`, cite: right.cite }]
    const file = reading?.(path)
    return file ? [{ capability: 'read-prompts', by: `${file.by}${what}`, condition: file.condition, cite: citeOf(file.grant) }] : []
  })
}

/** Programs of the host itself that keep what was said; in containers their volumes lie where only root comes. */
const chats = ({ programs }: AccessFacts): readonly Program[] =>
  programs.known ? programs.value.filter(({ id, container }) => id.split(' ')[0] === 'open-webui' && container === undefined) : []

const inChats = (member: Member, facts: AccessFacts): readonly Own[] =>
  chats(facts).flatMap(({ name, user, section, line }): readonly Own[] =>
    user === member.name
      ? [{ capability: 'read-prompts', by: `${name}, which keeps what was said, runs as it`, cite: { section, line } }]
      : [],
  )

/** Where prompts are kept in files that nobody looked at. */
export function unseenPrompts(facts: AccessFacts): readonly AccessGap[] {
  const gap = (what: string, hint: string): AccessGap => ({
    reason: `Who may read ${what} was not looked at`,
    hint,
    leavesOpen: ['read-prompts'],
  })
  const services = facts.services.known ? facts.services.value : []
  return [
    ...services.flatMap((service) => {
      const folder = filesOf(service)
      return folder === undefined
        ? []
        : [gap(`${folder.slice(0, 160)}, where ${service.id} keeps prompts`, 'Only its own account should enter that folder.')]
    }),
    ...chats(facts).map(({ name }) =>
      gap(`the chats that ${name} keeps in a database`, 'On the host: stat webui.db in its DATA_DIR; only its own account should read it.'),
    ),
  ]
}

/** Where an engine keeps whole prompts beside its log. */
function filesOf({ engine, argv, environment }: InferenceService): string | undefined {
  if (engine === 'llama.cpp') return flagValue(argv, ['--log-prompts-dir'])
  const keeps = engine === 'ollama' ? environment?.OLLAMA_DEBUG_LOG_REQUESTS : undefined
  return keeps !== undefined && !/^(?:0|false|f|)$/i.test(keeps.trim()) ? 'the folder of OLLAMA_DEBUG_LOG_REQUESTS' : undefined
}
