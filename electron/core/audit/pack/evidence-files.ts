import { visible } from '#shared/words.ts'
import type { SectionOutput } from '../../probe/section.ts'
import { sha256Of } from '../ledger/record.ts'
import { csvLine } from './csv.ts'
import { evidencePath } from './evidence-path.ts'
import type { PackFile } from './pack-file.ts'

/** What every section of every host answered, as it is stored: secrets masked, lines where findings cite them. One file each. */
export function* evidenceFiles(hosts: readonly string[], outputs: (host: string) => Iterable<SectionOutput>): Generator<PackFile> {
  for (const host of hosts) for (const output of outputs(host)) yield { path: evidencePath(host, output.id), pieces: [output.stdout] }
}

const columns = [
  'file',
  'host',
  'section',
  'command',
  'state',
  'exit code',
  'as root',
  'ms',
  'bytes',
  'sha256 as printed',
  'masked',
  'stderr',
]

/**
 * How each of them came about. The digest is that of what the host really printed; where something was masked, the file has another one.
 */
export function* evidenceIndex(hosts: readonly string[], outputs: (host: string) => Iterable<SectionOutput>): Generator<string> {
  yield csvLine(columns)
  for (const host of hosts)
    for (const { id, command, state, exitCode, privileged, durationMs, bytes, sha256, stdout, stderr } of outputs(host))
      yield csvLine([
        ...[
          evidencePath(host, id),
          host,
          id,
          visible(command),
          state,
          exitCode ?? 'none',
          privileged ? 'yes' : 'no',
          durationMs,
          bytes,
          sha256,
        ],
        ...[sha256Of(stdout) === sha256 ? 'no' : 'yes', visible(stderr.split('\n', 1)[0]?.slice(0, 400) ?? '')],
      ])
}
