import { expect } from 'vitest'
import type { CronJob } from '../../../facts/access/access.ts'
import { type FactResult, known } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import { readSavedRules, readUfwFiles } from '../../../facts/firewall/at-start/saved-rules.ts'
import { readFirewalld } from '../../../facts/firewall/firewalld/files.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import type { Os } from '../../../facts/os/os.ts'
import { parseOs } from '../../../facts/os/parse.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import { printed as output } from '../../../probe/section-output.testing.ts'
import type { Control } from '../../control.ts'
import control from './firewall-loaded-at-start.control.ts'

/** Test support: a host whose rules of now and whose files of the next start are given, and what the control says of it. */

export const network = {
  addresses: parseAddresses('2: eth0 inet 10.0.0.2/24 scope global eth0\n2: eth0 inet6 fd00::2/64 scope global\n'),
  routes: [...parseRoutes('default via 10.0.0.1 dev eth0', 4), ...parseRoutes('default via fd00::1 dev eth0', 6)],
  defaultRoute: true,
}

/** A ruleset of nftables that lets SSH in, and all else as its policy says. */
export const chain = (family: string, policy: string) =>
  `table ${family} filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy ${policy};\n\t\ttcp dport 22 accept\n\t}\n}\n`

function firewall(nft: string, firewalld: SectionOutput | undefined) {
  const none = output('', '')
  const fact = assembleFirewall({ nft: output('nft', nft), iptables: none, ip6tables: none, ipset: none, ufw: none }, network)
  if (!fact.known) throw new Error(fact.reason)
  return { ...fact.value, firewalld: firewalld && readFirewalld(firewalld) }
}

const file = (path: string, text: string) => [
  `@filter-file ${path}`,
  ...text.split('\n').flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : [`=${line}`])),
]

/** A host of these rows of `systemctl list-unit-files` and files, by path; `more`: rows of the section as they stand. */
export function os(services: readonly string[], files: Readonly<Record<string, string>>, more: readonly string[] = []): Os {
  const rows = ['@sysctl', '@filter', ...Object.entries(files).flatMap(([path, text]) => file(path, text)), ...more]
  const parsed = parseOs([...rows, '@services', ...services.map((row) => `=${row}`)].join('\n'))
  if (!parsed) throw new Error('not parsed')
  return parsed
}

interface Given {
  readonly ports?: readonly number[]
  readonly cron?: readonly CronJob[]
  readonly firewalld?: SectionOutput
  readonly savedRules?: SectionOutput
  readonly ufwFiles?: SectionOutput
  readonly here?: typeof network
}

/** `STATUS REASON HINT` of the one verdict. */
export function judged(
  of: Os,
  nft = chain('inet', 'drop'),
  { ports = [], cron = [], firewalld, savedRules, ufwFiles, here = network }: Given = {},
) {
  const { evaluate } = control as unknown as Control
  const facts = {
    firewall: {
      ...firewall(nft, firewalld),
      savedRules: savedRules && readSavedRules(savedRules),
      ufwFiles: ufwFiles && readUfwFiles(ufwFiles),
    },
    os: of,
    network: known(here) as FactResult<typeof network>,
    listeners: known(ports.map(listener)),
    access: known({ cron: known(cron) }),
  }
  const [first, ...rest] = evaluate(facts as never, {} as never)
  expect(rest).toEqual([])
  return `${first?.status} ${first?.reason} ${first?.hint ?? ''}`
}

const listener = (port: number) => ({ protocol: 'tcp', address: '0.0.0.0', port, scope: 'wildcard', processes: [], line: port })

export const on = (name: string) => `${name}.service loaded active enabled`
export const off = (name: string) => `${name}.service loaded inactive disabled`
export const nftFile = (text: string) => ({ '/etc/nftables.conf': `#!/usr/sbin/nft -f\n${text}` })
export const ufw = (enabled: string, policy = 'DROP', six = 'yes') => ({
  '/etc/default/ufw': `IPV6=${six}\nDEFAULT_INPUT_POLICY="${policy}"\nIPT_SYSCTL=/etc/ufw/sysctl.conf`,
  '/etc/ufw/ufw.conf': `ENABLED=${enabled}\nLOGLEVEL=low`,
})
export const saved = (policy: string) => `*filter\n:INPUT ${policy} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT`
