import type { Caddy } from '../../../facts/caddy/caddy.ts'
import { field, textOf } from '../../../facts/caddy/json-lines.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Os } from '../../../facts/os/os.ts'
import type { PathEntry } from '../../../facts/path-entry.ts'
import type { GuardedFiles } from '../../../facts/privileged/privileged.ts'
import type { Verdict } from '../../control.ts'
import { openEntries, printMode } from '../../path-writers.ts'
import { type CaddyPlacesFacts, type CaddyProcess, caddyProcesses } from './caddy-places.ts'
import { findGuarded } from './guarded.ts'

export interface CaddyConfigurationFacts extends CaddyPlacesFacts {
  readonly caddy: FactResult<Caddy>
  readonly 'guarded-files': GuardedFiles
  readonly os: FactResult<Os>
}

const MAX_LINKS = 100

/** One verdict for each running Caddy: who besides root changes the files that tell it what to do. */
export const caddyConfiguration = (facts: CaddyConfigurationFacts): readonly Verdict[] =>
  caddyProcesses(facts)
    .slice(0, 10)
    .map((one) => judge(one, facts))

const unread = (subject: string, reason: string, cite: Citation): Verdict => ({
  status: 'not-evaluated',
  subject,
  title: 'The files of Caddy were not all seen',
  reason,
  cite: [cite],
})

function judge({ process, inContainer, config, resumes }: CaddyProcess, facts: CaddyConfigurationFacts): Verdict {
  const started: Citation = { section: 'processes', line: process.line }
  if (inContainer) return unread('caddy', 'Caddy runs in a container, whose files were not looked at.', started)
  if (!('path' in config)) return unread('caddy', `Which file tells Caddy what to do is not known: ${config.unknown}.`, started)
  const guarded = facts['guarded-files']
  const above = facts.os.known ? facts.os.value.folders : []
  const { file, path } = findGuarded(config.path, guarded, above)
  if (file?.type !== 'file') {
    const seen = guarded.folders.some((folder) => path.startsWith(`${folder}/`))
    const reason = seen ? 'there is no such file' : `it lies outside of the folders that Gatehouse looks into`
    return unread(config.path, `Caddy was started with ${config.path}, but ${reason}.`, started)
  }
  // What Caddy saves for --resume is its own; everything else belongs to root.
  const trusted = resumes ? ['root', process.user] : ['root']
  const accounts = facts.accounts.known ? facts.accounts.value : undefined
  const folder = path.slice(0, path.lastIndexOf('/'))
  const beside = resumes ? [] : guarded.files.filter((one) => one.path.startsWith(`${folder}/`))
  const ways = [config.path, ...beside.filter(({ type }) => type === 'symlink').map((one) => one.path)]
    .slice(0, MAX_LINKS)
    .map((one) => findGuarded(one, guarded, above))
  const plain = beside.flatMap((one): PathEntry[] => (one.type === 'symlink' ? [] : [{ ...one, type: one.type }]))
  const open = new Map(
    [...ways, ...plain.map((entry) => ({ path: entry.path, way: [entry] }))].flatMap(({ way, path: real }) =>
      openEntries(real, way, trusted, accounts).map((found) => [found.entry.path, found] as const),
    ),
  )
  if (open.size > 0)
    return {
      status: 'fail',
      subject: config.path,
      title: 'Others can change the configuration of Caddy',
      reason: `${[...open.values()]
        .map(({ entry, who }) => `${entry.path}: ${who} (${printMode(entry)})`)
        .slice(0, 4)
        .join('; ')}. Expected ${trusted.join(' or ')} alone.`,
      cite: [...open.values()].slice(0, 5).map(({ entry }) => ({
        section: above.includes(entry) ? 'os' : 'privileged',
        line: entry.line,
        token: entry.path,
        note: `Expected ${trusted.join(' or ')} alone.`,
      })),
    }
  const pulled = pulls(process.pid, config.path, facts.caddy)
  if (pulled) return pulled
  const lost = ways.find((way) => way.file === undefined)
  if (lost) return unread(config.path, `A link beside ${config.path} leads to ${lost.path}, which was not looked at.`, started)
  const elsewhere = resumes || path.endsWith('.json') ? [] : outside(process.pid, folder, facts.caddy)
  if (typeof elsewhere === 'string') return unread(config.path, elsewhere, started)
  const [first] = elsewhere
  if (first !== undefined)
    return unread(config.path, `${config.path} imports ${first.slice(0, 120)}, which was not looked at.`, {
      section: 'caddy',
      line: 0,
      token: first,
    })
  return {
    status: 'pass',
    subject: config.path,
    title: 'Only root can change Caddy',
    reason: resumes
      ? `${path}, which Caddy saves for --resume, is closed to others.`
      : `${path} and ${beside.length} files and folders beside it belong to root, closed to others.`,
    cite: [{ section: 'privileged', line: file.line, token: path }, started],
  }
}

/** `admin.config.load`: a server of somebody else's says what Caddy does, whoever owns the file that names it. */
function pulls(pid: number, subject: string, caddy: FactResult<Caddy>): Verdict | undefined {
  const instance = caddy.known ? caddy.value.instances.find((one) => one.pid === pid) : undefined
  const load = instance?.config && field(instance.config, 'admin', 'config', 'load')
  if (!load) return undefined
  const url = field(load, 'url')
  const from = (textOf(url) ?? 'elsewhere').slice(0, 120)
  const clear = /^http:\/\/(?!(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$))/i.test(from)
  return {
    status: clear ? 'fail' : 'warning',
    subject,
    title: 'Caddy loads its configuration from elsewhere',
    reason: `admin.config.load takes the configuration from ${from}${clear ? ' in clear, where anybody on the way writes it' : ''}: who decides what that answers decides what Caddy forwards, and to whom. Expected a file of root alone.`,
    cite: [{ section: 'caddy', line: (url ?? load).line, note: 'Expected no load.', token: from }],
  }
}

/** Imports that lead out of the folder of the Caddyfile; why they are not known. */
function outside(pid: number, folder: string, caddy: FactResult<Caddy>): readonly string[] | string {
  if (!caddy.known) return `Which files the Caddyfile imports is not known: ${caddy.reason}.`
  const imports = caddy.value.instances.find((one) => one.pid === pid)?.imports
  if (!imports) return 'Which files the Caddyfile imports could not be read.'
  return imports.filter((word) => {
    const inside = word.startsWith('/') ? word.startsWith(`${folder}/`) : true
    return !inside || /(?:^|\/)\.\.(?:\/|$)/.test(word) || !/^[\w./*?@:+[\]-]+$/.test(word)
  })
}
