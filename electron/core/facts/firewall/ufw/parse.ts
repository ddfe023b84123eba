import { addressTest } from '../nft/selectors.ts'
import {
  type Action,
  all,
  any,
  type Chain,
  dictionary,
  type Hook,
  parsePorts,
  protocolNumber,
  type Rule,
  type Side,
  type Table,
  type Test,
} from '../ruleset.ts'

export interface UfwStatus {
  readonly active: boolean
  /** Line of `Status:`; undefined when this is no answer of ufw. */
  readonly statusLine: number | undefined
  /** Line of `Default:`. */
  readonly defaultLine: number | undefined
  readonly table: Table
}

const ROW = /^(.+?) {2,}(ALLOW|DENY|REJECT|LIMIT) (IN|OUT|FWD) +(.*)$/
const HOOKS = { IN: 'input', OUT: 'output', FWD: 'forward' } as const
const ACTIONS = dictionary<Action>({
  ALLOW: { do: 'accept' },
  // Refused only to who tries too often.
  LIMIT: { do: 'accept' },
  DENY: { do: 'drop' },
  REJECT: { do: 'reject' },
})

const established: Test = { is: 'state', states: ['established', 'related'] }

/** `ufw status verbose` (ufw(8)): what ufw manages, as rules. Its fixed part lets loopback and answers pass (before.rules). */
export function parseUfw(text: string, section: string): UfwStatus {
  const lines = text.split('\n')
  const find = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line))
  const status = find(/^Status: /)
  const defaults = find(/^Default: /)
  const [, incoming, outgoing, routed] =
    /^Default: (\w+) \(incoming\), (\w+) \(outgoing\)(?:, (\w+) \(routed\))?/.exec(lines[defaults] ?? '') ?? []
  const rules: Record<Hook & ('input' | 'output' | 'forward'), Rule[]> = { input: [], output: [], forward: [] }
  let sixSeen = false
  for (const [index, line] of lines.entries()) {
    const [, to, verb, direction, from] = ROW.exec(line) ?? []
    if (to === undefined || verb === undefined || from === undefined) continue
    const six = /\(v6\)|[0-9a-f]*:[0-9a-f]*:/i.test(line)
    sixSeen ||= six
    const [target, origin] = [parseEnd(to, 'destination', direction === 'OUT' ? 'out' : 'in'), parseEnd(from, 'source', 'in')]
    const test = all([{ is: 'family', family: six ? 6 : 4 }, target, origin])
    rules[HOOKS[direction as keyof typeof HOOKS]].push({
      test,
      action: ACTIONS[verb] ?? { do: 'unknown' },
      line: index + 1,
      text: line.trim(),
    })
  }
  const line = defaults + 1
  // With IPV6=no in /etc/default/ufw it does nothing for IPv6, and does not say so.
  const blind: Rule[] = sixSeen
    ? []
    : [{ test: all([{ is: 'family', family: 6 }]), action: { do: 'unknown' }, line, text: lines[defaults] ?? '' }]
  const chain = (hook: 'input' | 'output' | 'forward', policy: string | undefined): Chain => {
    const reject: Rule[] = policy === 'reject' ? [{ test: all([]), action: { do: 'reject' }, line, text: lines[defaults] ?? '' }] : []
    const built = { line, text: 'built into ufw' }
    const loopback: Test = { is: 'interface', side: hook === 'output' ? 'out' : 'in', names: ['lo'] }
    const fixed: Rule = { test: any([loopback, established]), action: { do: 'accept' }, ...built }
    return {
      name: `ufw ${hook}`,
      line,
      text: lines[defaults] ?? '',
      base: { type: 'filter', hook, priority: 0, policy: policy === 'allow' ? 'accept' : 'drop' },
      rules: [...blind, fixed, ...rules[hook], ...reject],
    }
  }
  const chains = { input: chain('input', incoming), output: chain('output', outgoing), forward: chain('forward', routed) }
  const active = lines[status]?.trim() === 'Status: active' && defaults >= 0
  return {
    active,
    statusLine: status < 0 ? undefined : status + 1,
    defaultLine: defaults < 0 ? undefined : line,
    table: { family: 'inet', name: 'ufw', section, chains },
  }
}

const unknown: Test = { is: 'unknown' }

/** `22/tcp on eth0`, `10.0.0.1 80,443/tcp`, `443 (v6)`, `80/tcp (Nginx HTTP)`, `Anywhere`. */
function parseEnd(text: string, side: Side, way: 'in' | 'out'): Test {
  const bare = text
    .replace(/ +#.*$/, '')
    .replaceAll(/\((?:v6|log|log-all|out)\)/g, '')
    .trim()
  const [, device] = / on (\S+)/.exec(bare) ?? []
  // After the ports the name of an application profile stands in brackets.
  const words = bare
    .replace(/ on \S+/, '')
    .replace(/\([^)]*\)/g, '')
    .trim()
    .split(/ +/)
  const tests: Test[] = device === undefined ? [] : [{ is: 'interface', side: way, names: [device.replace(/\+$/, '*')] }]
  for (const word of words) {
    if (word === 'Anywhere' || word === '') continue
    tests.push(parseProtocol(word) ?? parseWord(word, side) ?? unknown)
  }
  return all(tests)
}

function parseProtocol(word: string): Test | undefined {
  const [, name] = /^(?:Anywhere)?\/(\w+)$/.exec(word) ?? []
  const number = name === undefined ? undefined : protocolNumber(name)
  return number === undefined ? undefined : { is: 'protocol', numbers: [number] }
}

function parseWord(word: string, side: Side): Test | undefined {
  const [, list = '', protocol] = /^([\d,:]+)(?:\/(tcp|udp))?$/.exec(word) ?? []
  const ports = list.split(',').map(parsePorts)
  if (list !== '' && !ports.includes(undefined)) {
    const test: Test = { is: 'port', side, ports: ports as [number, number][] }
    const numbers = protocol === undefined ? [6, 17] : [protocol === 'tcp' ? 6 : 17]
    return all([{ is: 'protocol', numbers }, test])
  }
  const [, address = '', name] = /^([0-9A-Fa-f.:]+(?:\/\d{1,3})?)(?:\/(tcp|udp|esp|ah|gre|ipv6|igmp))?$/.exec(word) ?? []
  const test = address === '' ? undefined : addressTest(side, [address])
  const number = name === undefined ? undefined : protocolNumber(name)
  return test && number !== undefined ? all([{ is: 'protocol', numbers: [number] }, test]) : test
}
