import type { AccessGap } from '#shared/model/access.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { directivesNamed } from '../facts/nginx/named-directives.ts'
import { keyFile } from '../facts/services/configured.ts'
import { secretFlag } from '../facts/services/secret-flag.ts'
import type { AccessFacts } from './access-facts.ts'
import type { Own } from './own.ts'
import { type Member, reads } from './rights.ts'
import { sudoFiles } from './sudo-files.ts'
import { citeOf } from './sudo-ways.ts'
import type { World } from './world-model.ts'

/** A way to the key of an engine. */
type Way = Pick<Own, 'by' | 'condition' | 'cite'>

/** Variables of engines that hold their key (`configured.ts`). */
const KEYS = /^(?:VLLM_API_KEY|LLAMA_API_KEY|LOCALAI_API_KEY|API_KEY)$/
/** Of flags whose value is a secret those of a key. */
const API_KEY = /^--?api[-_]?keys?(?:=|$)/
/** Headers in which engines take it. */
const HEADERS = /^(?:authorization|x-api-key|api-key)$/i

/** How the account finds the key that an engine asks for, and so asks it like whoever has that. It has to be on the host for it, and reach the engine. */
export function readsKey(member: Member, world: World, facts: AccessFacts, service: InferenceService): readonly Way[] {
  const { id } = service
  const flag = secretFlag(service.argv.filter((word, at, all) => API_KEY.test(word) || API_KEY.test(all[at - 1] ?? '')))
  const process = facts.processes.known ? facts.processes.value.find(({ pid }) => pid === service.pids[0]) : undefined
  if (flag !== undefined && process)
    return [{ by: `${flag} of ${id}, which every account reads in /proc`, cite: { section: 'processes', line: process.line, token: flag } }]
  const unit = world.units.find((one) => one.id === service.unit)
  const [name = '', source] = Object.entries(unit?.environmentSources ?? {}).find(([variable]) => KEYS.test(variable)) ?? []
  if (unit && (source === '' || source === 'systemd'))
    return [
      {
        by: `${name} of ${id}, which systemctl shows every account`,
        cite: { section: 'units', line: unit.lines[`Environment:${name}`] ?? 0 },
      },
    ]
  const reading = sudoFiles(member, world, 'read')
  const from = (path: string, what: string, condition?: string): readonly Way[] => {
    const right = reads(member, path, world.files)
    if (right) return [{ by: `${right.why}${what}`, condition, cite: right.cite }]
    const file = reading?.(path)
    return file ? [{ by: `${file.by}${what}`, condition: file.condition ?? condition, cite: citeOf(file.grant) }] : []
  }
  const holds = `, which has the key of ${id}`
  const known = source ?? keyFileOf(service)
  return [
    ...(known === undefined
      ? (unit?.environmentFiles ?? []).flatMap((path) => from(path, `, which ${id} reads`, `only if the key of ${id} stands there`))
      : from(known, holds)),
    ...credentialsOf(unit?.properties?.CredentialFile).flatMap((path) => from(path, holds)),
    ...passedOn(facts, service).flatMap((file) => from(file, `, with which nginx asks ${id}`)),
  ]
}

/** `--api-key-file` of llama-server. */
export const keyFileOf = ({ engine, argv, environment = {} }: InferenceService): string | undefined =>
  engine === 'llama.cpp' ? keyFile(argv, environment) : undefined

/** Files of LoadCredential= whose name says that they hold a key: `NAME:PATH` each (systemd.exec(5), Credentials). */
const credentialsOf = (rows = ''): readonly string[] =>
  rows.split('\n').flatMap((row) => (/^[^:]*(?:key|token)[^:]*:\//i.test(row) ? row.slice(row.indexOf(':') + 1) : []))

/** Where nginx itself puts the key into what it passes on to the engine: a constant, no variable of the client’s. */
function passedOn({ nginx }: AccessFacts, { binds }: InferenceService): readonly string[] {
  if (!nginx.known) return []
  const leads = directivesNamed(nginx.value.directives, 'proxy_pass').some(({ parameters: [to = ''] }) =>
    binds.some(({ port }) => new RegExp(`:${port}(?:/|$)`).test(to)),
  )
  return (leads ? directivesNamed(nginx.value.directives, 'proxy_set_header') : []).flatMap(
    ({ file, parameters: [header = '', value = ''] }) => (HEADERS.test(header) && value !== '' && !value.includes('$') ? file : []),
  )
}

/** Files of keys that nobody looked at: who reads them sends inference. */
export const unseenKeyFiles = (facts: AccessFacts, { files }: World): readonly AccessGap[] =>
  (facts.services.known ? facts.services.value : []).flatMap((service): readonly AccessGap[] => {
    const path = service.running ? keyFileOf(service) : undefined
    return path === undefined || files.entries.has(path)
      ? []
      : [
          {
            reason: `Who may read ${path.slice(0, 160)}, which has the keys of ${service.id}, was not looked at`,
            leavesOpen: ['send-inference'],
          },
        ]
  })
