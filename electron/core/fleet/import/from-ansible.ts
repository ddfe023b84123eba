import { isMap, parseDocument } from 'yaml'
import { messageOf } from '#shared/errors.ts'
import type { Candidate, Hop, ImportResult, Skipped } from './candidate.ts'

type Variables = Readonly<Record<string, string>>

interface Inventory {
  readonly hosts: Map<string, Record<string, string>>
  readonly groups: Map<string, { readonly hosts: Set<string>; readonly children: Set<string>; readonly variables: Record<string, string> }>
}

/** Hosts of an Ansible inventory, INI or YAML. Only what the file itself says: group_vars, host_vars and plugins are named as not read. */
export function importAnsible(text: string): ImportResult {
  const inventory: Inventory = { hosts: new Map(), groups: new Map() }
  const skipped: Skipped[] = [{ what: 'group_vars/ and host_vars/', reason: 'variables outside the inventory file are not read' }]
  const yaml = parseDocument(text, { prettyErrors: false })
  if (yaml.errors.length === 0 && isMap(yaml.contents)) {
    try {
      readYaml(yaml.toJS({ maxAliasCount: 100 }), inventory, skipped)
    } catch (error) {
      return {
        candidates: [],
        skipped: [{ what: 'the inventory', reason: `its aliases: ${messageOf(error)}` }],
      }
    }
  } else readIni(text, inventory, skipped)
  const candidates: Candidate[] = []
  for (const name of inventory.hosts.keys()) {
    const variables = variablesOf(inventory, name)
    const candidate = candidateOf(name, variables)
    if (typeof candidate === 'string') skipped.push({ what: name, reason: candidate })
    else candidates.push(candidate)
  }
  const jumps = new Set(candidates.flatMap(({ via }) => via.map(({ name }) => name)))
  return { candidates: candidates.filter(({ name }) => !jumps.has(name)), skipped }
}

function group(inventory: Inventory, name: string) {
  let entry = inventory.groups.get(name)
  if (entry === undefined) {
    entry = { hosts: new Set(), children: new Set(), variables: {} }
    inventory.groups.set(name, entry)
  }
  return entry
}

function addHost(inventory: Inventory, groupName: string, name: string, variables: Variables): void {
  inventory.hosts.set(name, { ...inventory.hosts.get(name), ...variables })
  group(inventory, groupName).hosts.add(name)
}

function readIni(text: string, inventory: Inventory, skipped: Skipped[]): void {
  let section = 'ungrouped'
  let kind: string = 'hosts'
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const header = /^\[([^\]:]+)(?::(hosts|children|vars))?\]$/.exec(line)
    if (header !== null) {
      section = header[1] ?? ''
      kind = header[2] ?? 'hosts'
    } else if (kind === 'children') group(inventory, section).children.add(line.split(/\s/)[0] ?? '')
    else if (kind === 'vars') {
      const [key = '', ...rest] = line.split('=')
      group(inventory, section).variables[key.trim()] = unquote(rest.join('=').trim())
    } else {
      const [pattern = '', ...words] = [...line.matchAll(/(?:[^\s"'#]+|"[^"]*"|'[^']*')+/g)].map((match) => match[0])
      const variables = Object.fromEntries(
        words
          .filter((word) => word.includes('='))
          .map((word) => [word.slice(0, word.indexOf('=')), unquote(word.slice(word.indexOf('=') + 1))]),
      )
      const names = expandRange(pattern)
      if (names === undefined) skipped.push(tooMany(pattern))
      for (const name of names ?? []) addHost(inventory, section, ...withPort(name, variables))
    }
  }
}

const tooMany = (pattern: string): Skipped => ({ what: pattern, reason: `its range names more than ${MAX_RANGE} hosts` })

/** `name:2222` is a host with its port in the INI form. */
function withPort(name: string, variables: Variables): [string, Variables] {
  const match = /^([^:]+):(\d+)$/.exec(name)
  return match === null ? [name, variables] : [match[1] ?? name, { ansible_port: match[2] ?? '22', ...variables }]
}

function readYaml(root: unknown, inventory: Inventory, skipped: Skipped[]): void {
  // Aliases can make a group its own descendant.
  const open = new Set<unknown>()
  const visit = (name: string, node: unknown): void => {
    if (open.has(node)) return
    open.add(node)
    const entry = group(inventory, name)
    for (const [host, variables] of entriesOf(node, 'hosts')) {
      const names = expandRange(host)
      if (names === undefined) skipped.push(tooMany(host))
      for (const one of names ?? []) addHost(inventory, name, one, flat(variables))
    }
    Object.assign(entry.variables, flat(typeof node === 'object' && node !== null && 'vars' in node ? node.vars : undefined))
    for (const [child, childNode] of entriesOf(node, 'children')) {
      entry.children.add(child)
      visit(child, childNode)
    }
    open.delete(node)
  }
  for (const [name, node] of Object.entries(root as Record<string, unknown>)) visit(name, node)
}

function entriesOf(node: unknown, key: string): [string, unknown][] {
  const value: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

const flat = (value: unknown): Record<string, string> =>
  typeof value !== 'object' || value === null
    ? {}
    : Object.fromEntries(
        Object.entries(value).flatMap(([key, it]) => (['string', 'number', 'boolean'].includes(typeof it) ? [[key, String(it)]] : [])),
      )

const MAX_RANGE = 500

/** `gpu[01:03].lab`, `gpu-[a:c]`, and several ranges in one name. Undefined when it would name too many hosts. */
function expandRange(pattern: string): string[] | undefined {
  const match = /^(.*?)\[(\w+):(\w+)(?::(\d+))?\](.*)$/.exec(pattern)
  if (match === null) return [pattern]
  const [, head = '', from = '', to = '', step = '1', tail = ''] = match
  const numeric = /^\d+$/.test(from) && /^\d+$/.test(to)
  const low = numeric ? Number(from) : from.charCodeAt(0)
  const high = numeric ? Number(to) : to.charCodeAt(0)
  if ((high - low) / Number(step) >= MAX_RANGE) return undefined
  const names: string[] = []
  for (let value = low; value <= high; value += Math.max(1, Number(step))) {
    const middle = numeric ? String(value).padStart(from.startsWith('0') ? from.length : 0, '0') : String.fromCharCode(value)
    const more = expandRange(`${head}${middle}${tail}`)
    if (more === undefined || names.length + more.length > MAX_RANGE) return undefined
    names.push(...more)
  }
  return names
}

/** Ansible's precedence inside one inventory: all, parent groups, child groups, host. */
function variablesOf(inventory: Inventory, host: string): Variables {
  const depthOf = (name: string, seen: ReadonlySet<string> = new Set()): number => {
    if (seen.has(name)) return 0
    const parents = [...inventory.groups].filter(([, { children }]) => children.has(name)).map(([parent]) => parent)
    return parents.length === 0
      ? name === 'all'
        ? 0
        : 1
      : 1 + Math.max(...parents.map((parent) => depthOf(parent, new Set([...seen, name]))))
  }
  const member = (name: string, seen: ReadonlySet<string> = new Set()): boolean => {
    const entry = inventory.groups.get(name)
    if (entry === undefined || seen.has(name)) return false
    return entry.hosts.has(host) || [...entry.children].some((child) => member(child, new Set([...seen, name])))
  }
  const groups = [...inventory.groups.keys()]
    .filter((name) => name === 'all' || member(name))
    .sort((a, b) => depthOf(a) - depthOf(b) || a.localeCompare(b))
  return Object.assign({}, ...groups.map((name) => inventory.groups.get(name)?.variables), inventory.hosts.get(host))
}

function candidateOf(name: string, variables: Variables): Candidate | string {
  const used = [
    'ansible_host',
    'ansible_ssh_host',
    'ansible_port',
    'ansible_ssh_port',
    'ansible_user',
    'ansible_ssh_user',
    'ansible_ssh_private_key_file',
    'ansible_ssh_common_args',
    'ansible_ssh_extra_args',
  ]
  const templated = used.find((key) => variables[key]?.includes('{{'))
  if (templated !== undefined) return `${templated} is a template, which only Ansible can fill in`
  if (variables.ansible_connection !== undefined && !['ssh', 'smart', 'paramiko'].includes(variables.ansible_connection))
    return `it is not reached over SSH (ansible_connection=${variables.ansible_connection})`
  const port = Number(variables.ansible_port ?? variables.ansible_ssh_port ?? 22)
  const via = viaOf(`${variables.ansible_ssh_common_args ?? ''} ${variables.ansible_ssh_extra_args ?? ''}`)
  if (via === undefined) return 'its ssh arguments have a ProxyCommand that is not a plain ssh -W'
  return {
    name,
    address: variables.ansible_host ?? variables.ansible_ssh_host ?? name,
    port,
    user: variables.ansible_user ?? variables.ansible_ssh_user,
    identityFiles: variables.ansible_ssh_private_key_file === undefined ? [] : [variables.ansible_ssh_private_key_file],
    via,
  }
}

/** Jump hosts named in ssh arguments: `-J a,b`, `-o ProxyJump=a`, `-o ProxyCommand="ssh -W %h:%p a"`. */
function viaOf(args: string): Hop[] | undefined {
  const jump = /(?:^|\s)-J\s*(\S+)/.exec(args)?.[1] ?? /ProxyJump[= ]\s*["']?([^\s"']+)/.exec(args)?.[1]
  const command = /ProxyCommand[= ]\s*["']?(.*?)["']?\s*$/.exec(args)?.[1]
  const target =
    jump ??
    (command === undefined
      ? undefined
      : /-W\s*\[?%h\]?:%p/.test(command)
        ? /(\S+)$/.exec(command.replace(/-W\s*\S+/, '').trim())?.[1]
        : null)
  if (target === null) return undefined
  if (target === undefined) return []
  return target.split(',').map((text) => {
    const match = /^(?:([^@]+)@)?([^:]+)(?::(\d+))?$/.exec(text)
    const address = match?.[2] ?? text
    return { name: address, address, port: Number(match?.[3] ?? 22), user: match?.[1], identityFiles: [] }
  })
}

const unquote = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text
