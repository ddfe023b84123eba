import type { PushParameter, PushValue } from './push-parameter.ts'

/**
 * A value of any type holds only letters, digits and a few marks that mean nothing in the formats it is written into: there is nothing to
 * quote, and nothing can leave its directive.
 */

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const v4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
const hex = /^[0-9a-f]{1,4}$/i

function isV6(text: string): boolean {
  const sides = text.split('::')
  const groups = sides.flatMap((side) => (side === '' ? [] : side.split(':')))
  return sides.length <= 2 && groups.every((group) => hex.test(group)) && (sides.length === 2 ? groups.length <= 7 : groups.length === 8)
}

const isAddress = (text: string): boolean => v4.test(text) || isV6(text)

function isNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/')
  if (!isAddress(address) || more.length > 0) return false
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (address.includes(':') ? 128 : 32))
}

/** Of TCP or UDP: 1 to 65535, in decimal digits without a zero in front. */
const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535

const isHostName = (text: string): boolean =>
  text.length <= 253 && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/.test(text)

function isEndpoint(text: string): boolean {
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? []
  return isPort(port) && (bracketed === undefined ? v4.test(plain) || isHostName(plain) : isV6(bracketed))
}

/** IP version of a network. */
export const familyOf = (network: string): 4 | 6 => (network.includes(':') ? 6 : 4)

const isPath = (text: string, roots: readonly string[]): boolean =>
  text.length <= 250 &&
  /^(?:\/[A-Za-z0-9_.-]+)+$/.test(text) &&
  !/\/\.{1,2}(?:\/|$)/.test(text) &&
  roots.some((root) => (root.endsWith('/') ? text.startsWith(root) : text === root))

/** Is the text a value of this type? One value: of a list each is asked. */
export function isValueOf(parameter: PushParameter, text: string): boolean {
  switch (parameter.type) {
    case 'integer':
      return /^(?:0|-?[1-9]\d{0,14})$/.test(text) && Number(text) >= parameter.minimum && Number(text) <= parameter.maximum
    case 'address':
      return isAddress(text)
    case 'network':
      return isNetwork(text)
    case 'host-name':
      return isHostName(text)
    case 'port':
      return isPort(text)
    case 'endpoint':
      return isEndpoint(text)
    case 'account':
      return /^[a-z_][a-z0-9_-]{0,31}$/.test(text)
    case 'person':
      return /^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$/.test(text)
    case 'unit':
      return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}(?:@[A-Za-z0-9_.-]{1,100})?\.service$/.test(text)
    case 'path':
      return isPath(text, parameter.roots)
    case 'choice':
      return parameter.options.includes(text)
    case 'argument':
      return text.length <= 400 && /^[A-Za-z0-9_@.:/=,+-]+$/.test(text)
    case 'login':
      return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}:\$2[aby]\$\d\d\$[A-Za-z0-9./]{53}$/.test(text)
  }
}

/** Is it a value of this parameter, or the absence of one that it does without? A list has at most a hundred values, and but for arguments none twice. */
export function accepts(parameter: PushParameter, given: unknown): given is PushValue {
  if (parameter.type === 'integer') return typeof given === 'number' && Number.isSafeInteger(given) && isValueOf(parameter, String(given))
  const one = (value: unknown): boolean => typeof value === 'string' && isValueOf(parameter, value)
  if (!parameter.many) return one(given) || (given === '' && !parameter.required)
  if (!Array.isArray(given) || given.length > 100) return false
  if (parameter.type !== 'argument' && new Set(given).size !== given.length) return false
  return given.every(one) && (given.length > 0 || !parameter.required)
}

/** What a value of this parameter looks like, for people. */
export function expectedOf(parameter: PushParameter): string {
  const one: Readonly<Record<PushParameter['type'], string>> = {
    integer: parameter.type === 'integer' ? `a whole number from ${parameter.minimum} to ${parameter.maximum}` : '',
    address: 'an IP address',
    network: 'a network such as 10.0.1.0/24',
    'host-name': 'a host name in lower case',
    port: 'a port from 1 to 65535',
    endpoint: 'an address with a port, such as 10.0.3.11:22',
    account: 'the name of an account',
    person: 'the name of an account',
    unit: 'the name of a service, with .service',
    path: parameter.type === 'path' ? `a path below ${parameter.roots.join(' or ')}, of letters, digits, dots, - and _` : '',
    choice: parameter.type === 'choice' ? `one of ${parameter.options.join(', ')}` : '',
    argument: 'a word of a command line, without blanks, quotes, $ and %',
    login: 'NAME:HASH as gatehouse password prints it',
  }
  const many = parameter.type !== 'integer' && parameter.many
  return many
    ? `${one[parameter.type]}, or several with ${parameter.type === 'argument' ? 'blanks' : 'commas'} between`
    : one[parameter.type]
}

/** What somebody typed, as a value: commas part the values of a list, blanks the words of a command line. What it means is checked when it is rendered. */
export function valueFromText(parameter: PushParameter, text: string): PushValue {
  if (parameter.type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text
  if (!parameter.many) return text.trim()
  return text
    .split(parameter.type === 'argument' ? /\s+/ : ',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** The same the other way: what stands in a field. */
export const textFromValue = (parameter: PushParameter, value: PushValue | undefined): string =>
  Array.isArray(value) ? value.join(parameter.type === 'argument' ? ' ' : ', ') : String(value ?? '')
