import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { parsePushedFiles } from './parse.ts'

/** Asked beside the probe, where this console pushed something; without a push nothing is asked. */
export const pushedFilesFact: FactDefinition<'pushed-files'> = {
  id: 'pushed-files',
  sections: () => [],
  read({ answers }) {
    const [asked] = answers('pushed-files')
    if (asked === undefined) return unknown('This console pushed nothing here, so nothing was asked', [])
    const parsed = parsePushedFiles(asked.stdout)
    return (
      unusable(asked, 'The files that were pushed') ??
      (parsed ? known(parsed) : unknown('The answer about the files that were pushed is garbled', [asked.id]))
    )
  },
}
