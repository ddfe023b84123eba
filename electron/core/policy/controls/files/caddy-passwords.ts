import { type Caddy, readCaddies } from '../../../facts/caddy/caddy.ts'
import { entries, field, type JsonNode } from '../../../facts/caddy/json-lines.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { GuardedFiles } from '../../../facts/privileged/privileged.ts'
import type { Verdict } from '../../control.ts'
import { type CaddyPlacesFacts, type CaddyProcess, caddyProcesses } from './caddy-places.ts'
import { type FileKind, judgeFile, type ListedFacts } from './judge-files.ts'

export interface CaddyPasswordsFacts extends ListedFacts, CaddyPlacesFacts {
  readonly caddy: FactResult<Caddy>
}

const MAX_DEPTH = 60

/** Caddy keeps the hashes of its users and the keys that it asks for in its configuration itself: who besides root and Caddy reads those files. */
export const caddyPasswords = (facts: CaddyPasswordsFacts, kind: FileKind): readonly Verdict[] =>
  caddyProcesses(facts)
    .slice(0, 10)
    .map((one) => judge(one, facts, kind))

function judge({ process, inContainer, config: place }: CaddyProcess, facts: CaddyPasswordsFacts, kind: FileKind): Verdict {
  const started: Citation = { section: 'processes', line: process.line }
  const unread = (reason: string, cite: readonly Citation[] = [started]): Verdict => ({
    status: 'not-evaluated',
    subject: 'path' in place ? place.path : 'caddy',
    title: 'Passwords of Caddy were not all seen',
    reason,
    cite,
  })
  if (inContainer) return unread('Caddy runs in a container, whose files were not looked at.')
  if (!facts.caddy.known) return unread(facts.caddy.reason)
  const read = readCaddies(facts.caddy).find(({ pid }) => pid === process.pid)
  if (!read) return unread('The configuration of this Caddy was not read.')
  const { config, imports } = read
  const hashes = first(config, (node) => field(node, 'providers', 'http_basic'))
  const asks = hashes ?? first(config, keyIn)
  if (!asks) return { ...unread('No route of Caddy asks for a password.'), status: 'not-applicable', title: 'Caddy keeps no passwords' }
  const named: Citation = { section: 'caddy', line: asks.line, note: hashes ? 'The hashes of its users stand here.' : 'A key stands here.' }
  if (!('path' in place)) return unread(`Which file tells Caddy what to do is not known: ${place.unknown}.`, [named, started])
  if (!imports && !place.path.endsWith('.json')) return unread('Which files the Caddyfile imports could not be read.', [named, started])
  const trusted = ['root', process.user]
  const paths = [place.path, ...imported(imports ?? [], place.path, facts['guarded-files'])]
  const verdicts = paths
    .slice(0, 50)
    .map((path) =>
      judgeFile(path, { program: 'Caddy', named, readers: trusted, owners: trusted }, facts, {
        ...kind,
        ...(hashes ? {} : ofKeys),
        expected: '0640 root:caddy',
      }),
    )
    .map((verdict) => (hashes ? verdict : { ...verdict, template: null }))
  const [one] = verdicts
  const differs = verdicts.find(({ status }) => status !== one?.status)
  if (!one || !differs) return one ?? unread('No file of Caddy was seen.')
  const open = verdicts.find(({ status }) => status !== 'pass') ?? differs
  return unread(
    `Which of ${paths.length} files holds the ${hashes ? 'passwords' : 'keys'} is not known, and not all are closed: ${open.reason}`,
    [named, ...open.cite],
  )
}

const ofKeys = {
  what: 'file with a key',
  passTitle: 'Keys of Caddy are closed to others',
  readTitle: 'Others can read a key of Caddy',
  writeTitle: 'Others can change a key of Caddy',
} as const

/** A key as the host masked it (`core/facts/caddy/mask.ts`), in a header that is asked of clients or set in their place. */
const keyIn = (node: JsonNode): JsonNode | undefined =>
  node.kind === 'string' && /maskedrandom|‹redacted|^(?:Bearer|Basic|Token) masked/.test(node.text) ? node : undefined

/** What is wanted of the first value that has it, wherever that stands. */
function first(node: JsonNode, wanted: (node: JsonNode) => JsonNode | undefined, depth = 0): JsonNode | undefined {
  if (depth > MAX_DEPTH) return undefined
  const found = wanted(node)
  if (found) return found
  const inner = node.kind === 'array' ? node.items : entries(node).map(([, value]) => value)
  for (const one of inner) {
    const below = first(one, wanted, depth + 1)
    if (below) return below
  }
  return undefined
}

/** Files that the words of `import` mean. A word without `/`, `.` and `*` is a snippet unless a file has its name. */
function imported(words: readonly string[], main: string, { files }: GuardedFiles): readonly string[] {
  const folder = main.slice(0, main.lastIndexOf('/'))
  return words.flatMap((word) => {
    const path = word.startsWith('/') ? word : `${folder}/${word.replace(/^\.\//, '')}`
    if (!/[*?[]/.test(word)) return /[/.]/.test(word) || files.some((file) => file.path === path) ? [path] : []
    const [head = '', tail = ''] = [path.slice(0, path.search(/[*?[]/)), /[^*?\]]*$/.exec(path)?.[0]]
    const matching = files.filter((file) => file.type !== 'directory' && file.path.startsWith(head) && file.path.endsWith(tail))
    return matching.length > 0 ? matching.map((file) => file.path) : [path]
  })
}
