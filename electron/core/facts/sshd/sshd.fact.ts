import { type Doubt, type FactResult, known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import type { Os } from '../os/os.ts'
import type { Process } from '../processes/processes.ts'
import { collectSshd } from './collect.ts'
import { parseSshd } from './parse.ts'
import { type StartedWith, startedWith, withOptions } from './started-with.ts'

function otherDaemon({ others: [other] }: StartedWith): Doubt | undefined {
  // How many sessions it has stands in its title as well.
  const words = other?.argv.join(' ').replace(/^sshd: | \[listener\].*$/g, '')
  return (
    other && {
      reason: `Another sshd runs with settings of its own, of which "sshd -T" does not speak: ${words?.slice(0, 200)}`,
      cite: [{ section: 'processes', line: other.line }],
    }
  )
}

/** Another program that lets in over SSH: whatever OpenSSH is told, it is not. It forks for each that comes in. */
function otherProgram(processes: readonly Process[], holders: ReadonlySet<number>): Doubt | undefined {
  const other = processes.find(({ name, pid, ppid }) => name === 'dropbear' && (ppid === 1 || holders.has(pid)))
  return (
    other && {
      reason: `Another SSH server runs, of whose settings "sshd -T" does not speak: ${other.argv.join(' ').slice(0, 200)}`,
      cite: [{ section: 'processes', line: other.line }],
    }
  )
}

/** `sshd -T` reads the file; the daemon read it when it was started, or told to. */
function notReadAgain(os: FactResult<Os>): Doubt | undefined {
  const newer = os.known ? os.value.ssh.newer : []
  return newer.length === 0
    ? undefined
    : {
        reason: `${newer
          .map(({ value }) => value)
          .slice(0, 3)
          .join(', ')} changed after sshd was started or told to read its settings again`,
        cite: newer.slice(0, 3).map(({ line }) => ({ section: 'os', line })),
      }
}

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
    const listeners = fact('listeners')
    const holders = new Set(listeners.known ? listeners.value.flatMap((one) => one.processes.map(({ pid }) => pid)) : [])
    const running = processes.known ? processes.value : []
    const started = startedWith(running, holders)
    if (started.otherFile !== undefined)
      return unknown(`SSH server settings: sshd runs with -f ${started.otherFile}, of which "${output.command}" does not speak`, [
        'sshd',
        'processes',
      ])
    return known(withOptions(sshd, started), otherDaemon(started) ?? otherProgram(running, holders) ?? notReadAgain(fact('os')))
  },
}
