import { known, unknown } from '../../../facts/fact.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import type { Program, ProgramKind } from '../../../facts/programs/programs.ts'
import type { AnyControl, Verdict } from '../../control.ts'
import { policyContext } from '../proxy/proxy-facts.ts'

/** Test support: programs of a host, the firewall before them, and what a control says of them. */

export const bind = (address: string, port: number) => ({
  address,
  port,
  scope: address === '127.0.0.1' ? ('loopback' as const) : ('wildcard' as const),
  section: 'listeners',
  line: 3,
  basis: 'observed' as const,
})
export const program = (kind: ProgramKind, change: Partial<Program> = {}): Program => ({
  id: 'p',
  name: 'Ray',
  kind,
  pids: [10],
  user: 'ml',
  binds: [bind('0.0.0.0', 8265)],
  authentication: 'none',
  telling: ['/api/version'],
  danger: 'It runs code.',
  section: 'processes',
  line: 2,
  ...change,
})

export const rules = (input: string) =>
  known({
    backend: 'nftables',
    defaultInbound: 'drop',
    defaultOutbound: 'accept',
    tables: parseNft(
      `table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n${input}\t}\n}\n`,
      'nft',
    ),
    translationKnown: true,
    unmodelled: [],
    section: 'nft',
    line: 3,
  })
export const closed = rules('')
export const open = rules('\t\ttcp dport 8265 accept\n')

const context = policyContext({ management: ['10.0.9.0/24'], app: ['10.0.1.0/24'] })
export const ask = (control: AnyControl, facts: object): readonly Verdict[] =>
  (control as unknown as { evaluate(facts: object, given: unknown): readonly Verdict[] }).evaluate(
    {
      ...{
        network: unknown('no', []),
        os: unknown('no', []),
        firewall: open,
        wire: unknown('not asked', []),
        containers: unknown('no', []),
      },
      ...{
        nginx: known({ installed: false, running: false, directives: [] }),
        caddy: known({ instances: [] }),
        services: known([]),
        listeners: known([]),
      },
      'oauth2-proxy': known([]),
      ...facts,
    },
    context,
  )
