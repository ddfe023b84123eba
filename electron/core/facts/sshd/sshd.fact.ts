import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectSshd } from './collect.ts'
import { parseSshd } from './parse.ts'
import { startedWith, withOptions } from './started-with.ts'

export const sshdFact: FactDefinition<'sshd'> = {
  id: 'sshd',
  sections: collectSshd,
  read: ({ section, fact }) => {
    const output = section('sshd')
    const trouble = unusable(output, 'SSH server settings')
    if (trouble) return trouble
    const sshd = parseSshd(output.stdout)
    // sshd prints every setting or none: without a port the output is not that of a server that accepted its configuration.
    if (output.exitCode !== 0 || !sshd.settings.port) {
      const said = output.stderr.split('\n').find((line) => line.trim() !== '')
      return unknown(`SSH server settings: "${output.command}" failed${said ? `: ${said.slice(0, 200)}` : ''}`, ['sshd'])
    }
    const processes = fact('processes')
    const started = startedWith(processes.known ? processes.value : [])
    if (started.otherFile !== undefined)
      return unknown(`SSH server settings: sshd runs with -f ${started.otherFile}, of which "${output.command}" does not speak`, [
        'sshd',
        'processes',
      ])
    return known(withOptions(sshd, started))
  },
}
