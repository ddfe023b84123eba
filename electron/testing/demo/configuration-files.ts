import { type DemoFile, type DemoHost, text } from './demo-host.ts'

/** Configuration of a simulated host as its programs read it: what its description says, as files, and what a push wrote beside or over them. */

const generated: Readonly<Record<string, (host: DemoHost) => readonly string[] | undefined>> = {
  '/etc/logrotate.d/nginx': ({ system }) => ['/var/log/nginx/*.log {', ...system.logrotate, '}'],
  '/etc/audit/rules.d/models.rules': ({ system }) => system.auditRules,
}

/** The host with these files among its others, where they are not there yet. */
export function withConfigurationFiles(host: DemoHost): DemoHost {
  const made = Object.entries(generated).flatMap(([path, lines]): [string, DemoFile][] => {
    const content = lines(host)?.map((line) => `${line}\n`)
    return content === undefined ? [] : [[path, text(content.join(''), path.startsWith('/etc/audit/') ? 0o640 : 0o644)]]
  })
  return { ...host, files: new Map([...made, ...host.files]) }
}

/** A line of a file, from 1. */
export interface WrittenLine {
  readonly path: string
  readonly number: number
  readonly line: string
}

/** Lines of the files in a folder that are no comments, file by file in the order of their names. */
export const linesBelow = (host: DemoHost, folder: string): readonly WrittenLine[] =>
  [...withConfigurationFiles(host).files]
    .filter(([path, { content }]) => path.startsWith(`${folder}/`) && content !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, { content = '' }]) =>
      content.split('\n').flatMap((line, index) => (/^\s*(?:#|$)/.test(line) ? [] : [{ path, number: index + 1, line }])),
    )

/** As `grep -Hn` prints them, in the form of the sections. */
export const printedLines = (lines: readonly WrittenLine[]): readonly string[] =>
  lines.map(({ path, number, line }) => `=${path}:${number}:${line}`)

/** Keywords whose lines add up (sshd_config(5)); of every other the first value holds. */
const adding = ['allowusers', 'denyusers', 'allowgroups', 'denygroups', 'acceptenv', 'setenv']

/** `sshd -T`: drop-ins stand before what the description says, because the file includes them at its top. */
export function sshdLines(host: DemoHost): readonly string[] {
  const first = new Map<string, string>()
  const added: string[] = []
  for (const { path, line } of linesBelow(host, '/etc/ssh/sshd_config.d')) {
    const [, word = '', value = ''] = /^\s*(\w+)\s+(.*?)\s*$/.exec(line) ?? []
    const keyword = word.toLowerCase()
    if (!path.endsWith('.conf')) continue
    if (adding.includes(keyword)) added.push(`${keyword} ${value}`)
    else if (!first.has(keyword)) first.set(keyword, `${keyword} ${value}`)
  }
  const known = new Set(host.sshd.map((line) => line.split(' ')[0] ?? ''))
  return [
    ...host.sshd.map((line) => first.get(line.split(' ')[0] ?? '') ?? line),
    ...[...first].flatMap(([keyword, line]) => (known.has(keyword) ? [] : [line])),
    ...added,
  ]
}

/** `nft list ruleset`: a table of /etc/nftables.conf stands in for one of its name, as the file is loaded (nft(8), `delete table`). */
export function nftRules(host: DemoHost): string {
  const written = (host.files.get('/etc/nftables.conf')?.content ?? '')
    .split('\n')
    .filter((line) => !/^\s*(?:#|$)|^(?:delete )?table \w+ \w+$/.test(line))
    .map((line) => line.replace(/ {4}/g, '\t'))
  const names = written.filter((line) => line.startsWith('table '))
  const loaded = host.firewall.nft
    .split(/^(?=table )/m)
    .filter((table) => table !== '' && !names.some((name) => table.startsWith(`${name}\n`)))
  return withPublishedPorts(host, [...loaded, ...written.map((line) => `${line}\n`)].join(''))
}

/** Rules that the template docker-published-ports loads beside the chains of Docker. */
const publishedRules = ({ files }: DemoHost): readonly string[] =>
  Array.from((files.get('/etc/gatehouse/published4.rules')?.content ?? '').matchAll(/^-A GATEHOUSE-PUBLISHED .*$/gm), ([rule]) => rule)

/** `iptables-save` of a host whose rules ufw did not write. */
export function savedRules(host: DemoHost): string {
  const rules = publishedRules(host)
  if (rules.length === 0) return host.firewall.iptables
  return host.firewall.iptables
    .replace(/^:DOCKER-USER .*$/m, (chain) => `${chain}\n:GATEHOUSE-PUBLISHED - [0:0]`)
    .replace(/^-A DOCKER-USER /m, (rest) => `-A DOCKER-USER -j GATEHOUSE-PUBLISHED\n${rest}`)
    .replace(/^COMMIT$/m, (end) => `${rules.join('\n')}\n${end}`)
}

/** The same in the words of nft. */
function withPublishedPorts(host: DemoHost, ruleset: string): string {
  const rules = publishedRules(host)
  if (rules.length === 0) return ruleset
  const lines = rules.map((rule) => {
    const [, from] = /-s (\S+)/.exec(rule) ?? []
    const [, port = ''] = /--ctorigdstport (\d+)/.exec(rule) ?? []
    const verdict = (/-j (\w+)$/.exec(rule)?.[1] ?? '').toLowerCase()
    return `\t\t${from === undefined ? '' : `ip saddr ${from} `}meta l4proto tcp ct status dnat ct original proto-dst ${port} ct direction original counter packets 0 bytes 0 ${verdict}\n`
  })
  return ruleset
    .replace('table ip filter {\n', (table) => `${table}\tchain GATEHOUSE-PUBLISHED {\n${lines.join('')}\t}\n\n`)
    .replace('chain DOCKER-USER {\n', (chain) => `${chain}\t\tcounter packets 0 bytes 0 jump GATEHOUSE-PUBLISHED\n`)
}
