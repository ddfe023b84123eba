import { all, type Chain, dictionary, type Hook, type Rule, type Table } from '../ruleset.ts'
import { type Element, parseSetBody } from './elements.ts'
import { doubtOfFrames } from './frames.ts'
import { parseRule } from './rule.ts'
import { Cursor, type Token, tokenize } from './tokens.ts'

/** nft(8), PRIORITY: names of the standard priorities outside of the bridge family. */
const PRIORITIES = dictionary<number>({ raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 })
const FAMILIES = new Set(['ip', 'ip6', 'inet', 'netdev'])
const HOOKS = new Set(['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress'])

/**
 * What `nft list ruleset` prints. Tables of the family arp are left out: they see no packets; of those of the family bridge there stays what they may stop.
 * Throws nothing; what is not understood ends up as `unknown` inside a rule.
 */
export function parseNft(text: string, section: string): Table[] {
  const cursor = new Cursor(tokenize(text))
  const lines = text.split('\n')
  const tables: Table[] = []
  while (!cursor.done) {
    if (!cursor.accept('table')) {
      cursor.next()
      continue
    }
    const family = cursor.next()?.text ?? ''
    const name = cursor.next()?.text ?? ''
    if (!cursor.accept('{')) continue
    const parsed = parseTable(cursor.block())
    const chains = isOfIptables(family, name) ? withoutMistranslated(parsed, lines) : parsed
    const frames = family === 'bridge' ? doubtOfFrames(name, section, chains) : undefined
    if (frames) tables.push(frames)
    if (FAMILIES.has(family)) tables.push({ family: family as Table['family'], name, section, chains })
  }
  return tables
}

/** Tables of iptables-nft have these names. */
const isOfIptables = (family: string, name: string): boolean => /^ip6?$/.test(family) && /^(?:filter|nat|mangle|raw|security)$/.test(name)

/**
 * What some rules of iptables ask is known from iptables-save alone. Of `--ctstate` with DNAT or SNAT nft lists neither `!` nor the other states (conntrack_xlate,
 * extensions/libxt_conntrack.c). Of `-m time`, `-m frag` and `-m rt` it lists nothing but the blank around it, as of a comment (1.0.6: ` counter drop`): such a rule may
 * stop less than it seems to. One that leads on is taken at its word, since most of those have a comment.
 */
function withoutMistranslated(chains: Record<string, Chain>, lines: readonly string[]): Record<string, Chain> {
  const hides = ({ action, line }: Rule): boolean =>
    (action.do === 'drop' || action.do === 'reject') && /^\s*\t +\S|\S {2,}\S/.test((lines[line - 1] ?? '').replaceAll(/"[^"]*"/g, '""'))
  const doubted = (rule: Rule): Rule => {
    if (/\bct status (?:!= ?)?[sd]nat\b/.test(rule.text)) return { ...rule, test: { is: 'unknown' } }
    return hides(rule) ? { ...rule, test: all([rule.test, { is: 'unknown' }]) } : rule
  }
  for (const [name, chain] of Object.entries(chains)) chains[name] = { ...chain, rules: chain.rules.map(doubted) }
  return chains
}

/** False when the listing breaks off inside a table, or another table begins there: what is missing may open what the rest closes. */
export function isWholeNft(text: string): boolean {
  let depth = 0
  let before = 0
  for (const { kind, text: mark, line } of tokenize(text)) {
    if (mark === 'table' && kind === 'word' && depth > 0 && line > before) return false
    if (kind !== 'newline') before = line
    if (kind !== 'mark') continue
    if (mark === '{') depth += 1
    if (mark === '}') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

function parseTable(tokens: readonly Token[]): Record<string, Chain> {
  const sets = new Map<string, readonly Element[] | undefined>()
  const bodies: { name: string; line: number; body: Token[] }[] = []
  const cursor = new Cursor(tokens)
  while (!cursor.done) {
    // The kernel takes no chain of a dormant table into its hooks until it is woken (nft(8), TABLES).
    if (cursor.accept('flags') && cursor.statement().some(({ text }) => text === 'dormant')) return Object.create(null)
    const word = cursor.next()
    const block = (word?.text === 'set' || word?.text === 'map' || word?.text === 'chain') && cursor.peek(1) === '{'
    if (!word || !block) {
      // Objects such as counters and flow tables have blocks of their own.
      if (word?.text === '{') cursor.block()
      continue
    }
    const name = cursor.next()?.text ?? ''
    cursor.next()
    const body = cursor.block()
    if (word.text === 'chain') bodies.push({ name, line: word.line, body })
    else sets.set(name, parseSetBody(body))
  }
  const chains: Record<string, Chain> = Object.create(null)
  for (const { name, line, body } of bodies) addChain(chains, name, line, body, sets)
  return chains
}

function addChain(
  chains: Record<string, Chain>,
  name: string,
  line: number,
  body: readonly Token[],
  sets: Map<string, readonly Element[] | undefined>,
  depth = 0,
) {
  const cursor = new Cursor(body)
  const rules: Rule[] = []
  let head: Pick<Chain, 'base' | 'line' | 'text'> = { line, text: `chain ${name}` }
  while (!cursor.done) {
    const statement = cursor.statement()
    const [first] = statement
    if (!first) continue
    if (first.text === 'type' && rules.length === 0 && !head.base) head = parseHead(statement, first.line)
    else if (first.text !== 'comment') {
      const { words, block } = withoutBlock(statement)
      // What lies deeper than the kernel follows (NFT_JUMP_STACK_SIZE) is a chain that is not there, which is in doubt.
      if (block && depth < 16) addChain(chains, block.name, first.line, block.body, sets, depth + 1)
      rules.push(...parseRule(words, sets))
    }
  }
  chains[name] = { name, rules, ...head }
}

/** `jump { … }`: a chain that stands in its rule (nft(8), VERDICT STATEMENT), and is gone through as one that has a name. */
function withoutBlock(words: readonly Token[]): {
  readonly words: readonly Token[]
  readonly block?: { readonly name: string; readonly body: Token[] }
} {
  const at = words.findIndex(
    ({ kind, text }, index) => kind === 'mark' && text === '{' && /^(?:jump|goto)$/.test(words[index - 1]?.text ?? ''),
  )
  const brace = words[at]
  if (!brace) return { words }
  const inner = new Cursor(words.slice(at + 1))
  const body = inner.block()
  const name = `chain in line ${brace.line}`
  return { words: [...words.slice(0, at), { ...brace, kind: 'word', text: name }, ...inner.rest()], block: { name, body } }
}

/** `type filter hook input priority filter + 10; policy drop;` */
function parseHead(tokens: readonly Token[], line: number): Pick<Chain, 'base' | 'line' | 'text'> {
  const words = tokens.map((token) => token.text)
  const after = (word: string) => words[words.indexOf(word) + 1] ?? ''
  const hook = after('hook')
  const text = words.join(' ')
  if (!HOOKS.has(hook)) return { line, text }
  const type = after('type')
  const policy = words.includes('policy') && after('policy') === 'drop' ? 'drop' : 'accept'
  const devices = parseDevices(words)
  return {
    line,
    text,
    base: {
      type: type === 'nat' || type === 'route' ? type : 'filter',
      hook: hook as Hook,
      priority: parsePriority(words.slice(words.indexOf('priority') + 1)),
      policy,
      ...(devices.length > 0 && { devices }),
    },
  }
}

/** `filter`, `-150`, `filter + 10`, `dstnat - 5`. */
function parsePriority(words: readonly string[]): number {
  const [first = '0', sign, step] = words
  const base = PRIORITIES[first] ?? Number(first)
  const offset = sign === '+' || sign === '-' ? Number(`${sign}${step}`) : 0
  const priority = base + offset
  return Number.isFinite(priority) ? priority : 0
}

function parseDevices(words: readonly string[]): string[] {
  if (words.includes('device')) return [words[words.indexOf('device') + 1] ?? '']
  const start = words.indexOf('devices')
  if (start < 0) return []
  const end = words.indexOf('}', start)
  return words.slice(start + 1, end).filter((word) => !/^[={,]$/.test(word))
}
