import { visible } from '#shared/words.ts'
import { sha256Of } from '../../ledger/record.ts'
import type { SectionOutput } from '../../probe/section.ts'
import { csvHead, csvLine } from './csv.ts'
import { evidencePath } from './evidence-path.ts'
import type { PackFile } from './pack-file.ts'

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
 * What every section of every host answered, as it is stored: secrets masked, lines where findings cite them. One file each, and last how each of
 * them came about: its digest is that of what the host really printed; where something was masked, the file has another one.
 */
export function* evidenceFiles(hosts: readonly string[], outputs: (host: string) => Iterable<SectionOutput>): Generator<PackFile> {
  const index = [csvHead(columns)]
  for (const host of hosts)
    for (const output of outputs(host)) {
      const file = Buffer.from(output.stdout)
      index.push(indexLine(host, output, sha256Of(file)))
      yield { path: evidencePath(host, output.id), pieces: [file] }
    }
  yield { path: 'evidence/index.csv', pieces: index }
}

function indexLine(host: string, output: SectionOutput, stored: string): string {
  const { id, command, state, exitCode, privileged, durationMs, bytes, sha256, stderr } = output
  return csvLine([
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
    ...[stored === sha256 ? 'no' : 'yes', visible(stderr.split('\n', 1)[0]?.slice(0, 400) ?? '')],
  ])
}
