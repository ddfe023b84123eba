import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { JsonNode } from '../../../facts/caddy/json-lines.ts'
import { field, textOf } from '../../../facts/caddy/json-lines.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Unit } from '../../../facts/units/units.ts'

/** Absolute path, or why it is not known. */
export type Place = { readonly path: string } | { readonly unknown: string }

/** A Caddy that runs on the host itself or in a container. */
export interface CaddyProcess {
  readonly process: Process
  readonly inContainer: boolean
  /** What it was started with; with `--resume` the file that it saves itself. */
  readonly config: Place
  readonly resumes: boolean
  /** Folder of its keys, where its configuration names none (`AppDataDir` of Caddy's storage.go). */
  readonly data: Place
}

export interface CaddyPlacesFacts {
  readonly processes: FactResult<readonly Process[]>
  readonly units: FactResult<readonly Unit[]>
  readonly accounts: FactResult<Accounts>
}

const CONTAINER = /docker|libpod|containerd|kubepods|crio|lxc/

/** Running Caddy servers; empty as well where processes are not known. */
export function caddyProcesses(facts: CaddyPlacesFacts): readonly CaddyProcess[] {
  const all = facts.processes.known ? facts.processes.value : []
  const servers = all.filter(({ name, argv }) => /^caddy[a-z0-9._-]*$/.test(name) && (argv.includes('run') || argv.includes('start')))
  return servers.map((process) => {
    const resumes = argv(process).resumes
    const saved = below(variableFolder(process, facts, 'XDG_CONFIG_HOME', '.config'), 'autosave.json')
    return {
      process,
      inContainer: CONTAINER.test(process.cgroup ?? ''),
      resumes,
      config: resumes ? saved : argv(process).config,
      data: variableFolder(process, facts, 'XDG_DATA_HOME', '.local/share'),
    }
  })
}

/** `--config X`, `--config=X`, `-c X`; without one Caddy takes the Caddyfile of the folder that it was started in. */
function argv({ argv }: Process): { readonly config: Place; readonly resumes: boolean } {
  const at = argv.findIndex((word) => /^--?(?:config|c)(?:=|$)/.test(word))
  const word = argv[at] ?? ''
  const path = word.includes('=') ? word.slice(word.indexOf('=') + 1) : argv[at + 1]
  const resumes = argv.some((one) => /^--?resume(?:=(?:true|1|t))?$/i.test(one))
  if (at < 0 || path === undefined)
    return { resumes, config: { unknown: 'it was started without --config, so in a folder that was not asked for' } }
  return {
    resumes,
    config: path.startsWith('/') ? { path } : { unknown: `--config ${path} is relative to a folder that was not asked for` },
  }
}

const below = (folder: Place, name: string): Place => ('path' in folder ? { path: `${folder.path}/${name}` } : folder)

/** `$XDG_…/caddy`, else `$HOME/…/caddy`. systemd sets HOME to that of the unit's account. */
function variableFolder(process: Process, { units, accounts }: CaddyPlacesFacts, variable: string, inHome: string): Place {
  const unit = units.known ? units.value.find(({ mainPid }) => mainPid === process.pid) : undefined
  if (!unit) return { unknown: 'no unit tells the variables of its process' }
  if (!unit.environmentComplete) return { unknown: `variables of ${unit.id} could not be read` }
  const named = unit.environment[variable]
  if (named) return named.startsWith('/') ? { path: `${named}/caddy` } : { unknown: `${variable} is relative` }
  const account = accounts.known ? accounts.value.accounts.find(({ name }) => name === (unit.user || 'root')) : undefined
  // Without User= systemd sets no HOME before version 258.
  const home = unit.environment.HOME ?? (unit.user === '' ? undefined : account?.home)
  return home?.startsWith('/')
    ? { path: `${home === '/' ? '' : home}/${inHome}/caddy` }
    : { unknown: `the home of ${process.user} is not known` }
}

/** Where this configuration keeps keys: `storage.root`, else Caddy's own folder. Other stores (databases, Consul …) have no files here. */
export function storageOf(config: JsonNode, data: Place): Place {
  const storage = field(config, 'storage')
  const kind = textOf(field(storage, 'module'))
  if (storage && kind !== undefined && kind !== 'file_system') return { unknown: `keys are kept by storage ${kind}` }
  const root = textOf(field(storage, 'root'))
  if (root === undefined || root === '') return data
  return root.startsWith('/') ? { path: root.replace(/\/+$/, '') } : { unknown: `storage.root ${root} is relative` }
}
