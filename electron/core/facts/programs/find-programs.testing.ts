import type { Listener } from '#shared/model/listener.ts'
import { known, unknown } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import { parseAddresses } from '../network/parse.ts'
import type { Process } from '../processes/processes.ts'
import { programsFact } from './programs.fact.ts'
import type { Program } from './programs.ts'

export const process = (pid: number, ppid: number, argv: string, change: Partial<Process> = {}): Process => ({
  pid,
  ppid,
  user: 'ml',
  uid: 1000,
  name: 'x',
  argv: argv.split(' '),
  line: pid,
  ...change,
})
export const listener = (port: number, pid: number | undefined, address = '0.0.0.0'): Listener => ({
  protocol: 'tcp',
  address,
  port,
  scope: address === '0.0.0.0' ? 'wildcard' : 'loopback',
  processes: pid === undefined ? [] : [{ name: 'x', pid }],
  line: port,
})
const network = {
  addresses: parseAddresses('2: eth0    inet 10.77.2.12/24\n4: br-868e8763e1f5    inet 172.18.0.1/16'),
  routes: [],
  defaultRoute: true,
}
/** The programs of a host of these processes, sockets, containers and units. */
export function find(
  processes: readonly Process[],
  listeners: readonly Listener[],
  containers: readonly object[] | 'unknown' = [],
  units: readonly object[] = [],
): readonly Program[] {
  const listed = containers === 'unknown' ? unknown('no', []) : known({ containers })
  const facts: Record<string, unknown> = {
    processes: known(processes),
    listeners: known(listeners),
    containers: listed,
    units: known(units.map((one) => ({ properties: {}, ...one }))),
    network: known(network),
  }
  const fact = programsFact.read({ fact: (id: string) => facts[id] ?? unknown('no', []) } as unknown as FactSources)
  if (!fact.known) throw new Error(fact.reason)
  return fact.value
}
