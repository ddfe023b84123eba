import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectListeners } from './collect.ts'
import { parseProcNet } from './parse-proc-net.ts'
import { parseSs } from './parse-ss.ts'

/** Listening TCP and bound UDP sockets: `ss`, or the kernel's tables where there is no `ss`. */
export const listenersFact: FactDefinition<'listeners'> = {
  id: 'listeners',
  sections: collectListeners,
  read({ section }) {
    const ss = section('listeners')
    if (ss.state === 'missing') {
      const proc = section('listeners-proc')
      const found = proc.state === 'ok' ? parseProcNet(proc.stdout) : undefined
      if (!found) return unknown('Listening sockets: neither ss nor /proc/net could be read', ['listeners', 'listeners-proc'])
      return known(found.map((listener) => ({ ...listener, section: 'listeners-proc' })))
    }
    const problem = unusable(ss, 'Listening sockets')
    if (problem) return problem
    if (ss.exitCode !== 0) return unknown(`Listening sockets: "${ss.command}" ended with exit code ${ss.exitCode}`, ['listeners'])
    const parsed = parseSs(ss.stdout)
    if (!parsed.ok) return unknown(`Listening sockets: line ${parsed.line} of "${ss.command}" has an unknown form`, ['listeners'])
    return known(parsed.listeners)
  },
}
