import { known, unknown } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { readTranscript } from './transcript.ts'

/** Asked by `core/wire` beside the probe: no command on the host. `wire` says what was asked, each `wire-…` what was answered. */
export const wireFact: FactDefinition<'wire'> = {
  id: 'wire',
  sections: () => [],
  read({ answers }) {
    const sections = answers('wire')
    const plan = sections.find(({ id }) => id === 'wire')
    if (plan === undefined) return unknown('The addresses of the host were not asked over the network', [])
    if (plan.state !== 'ok') return unknown(`The addresses of the host were not asked over the network: ${plan.stderr}`, ['wire'])
    return known({ endpoints: sections.flatMap(({ id, stdout }) => readTranscript(id, stdout) ?? []) })
  },
}
