import { octal } from '#shared/words.ts'
import type { ModelDirectory, ModelFileKind, ModelFiles } from '../../../facts/model-files/model-files.ts'
import { defineControl, type Verdict } from '../../control.ts'
import {
  amount,
  chainIsOpen,
  citeDirectory,
  citeKind,
  countOf,
  incomplete,
  judgeDirectories,
  replaceableParent,
} from './model-directories.ts'

const READ = 0o004
const WRITE = 0o002
const EXPECTED = 'Expected 0750 on directories and 0640 on files, or a closed directory above.'

export default defineControl({
  id: 'model-files-not-world-accessible',
  item: 'INF-6',
  severity: 'high',
  title: 'Other accounts can neither read nor change model files',
  rationale:
    'Every account and every compromised service on the host can copy weights that the world may read. Weights that the world may write can be replaced by a poisoned model, or by a pickle that runs code when it is loaded.',
  needs: ['model-files', 'services'],
  remediation: { template: 'model-ownership' },
  references: ['NIST-800-53:AC-3', 'NIST-800-53:AC-6', 'CIS-8:3.3', 'ISO-27001:A.8.3', 'OWASP-LLM:LLM04'],
  evaluate: ({ 'model-files': files, services }) => judgeDirectories(files, services, (directory) => judge(directory, files)),
})

function judge(directory: ModelDirectory, files: ModelFiles): Verdict[] {
  const subject = directory.path
  const parent = replaceableParent(directory)
  if (parent)
    return [
      {
        status: 'fail',
        severity: 'critical',
        subject,
        title: 'Anyone can replace the model directory',
        reason: `${parent.path} has mode ${octal(parent.mode)}: any account may rename ${directory.path} and put another in its place.`,
        cite: [
          {
            section: 'model-files',
            line: parent.line,
            note: `Mode ${octal(parent.mode)}. Expected no write for others, or the sticky bit.`,
          },
        ],
      },
    ]
  const open = chainIsOpen(directory) ? directory.kinds.filter(({ type, closed }) => type !== 'symlink' && !closed) : []
  const writable = open.filter(({ mode }) => (mode & WRITE) !== 0)
  if (writable.length > 0) return [accused(directory, writable, 'written', 'Anyone can change model files', 'critical')]
  // A directory that can be listed shows names; the weights are what is to be kept.
  const readable = open.filter(({ type, mode }) => type !== 'directory' && (mode & READ) !== 0)
  if (readable.length > 0) return [accused(directory, readable, 'read', 'Any account can read model files', 'medium')]
  if (!directory.complete) return closedAtTop(directory) ? [passed(directory)] : [incomplete(directory, files)]
  return [passed(directory)]
}

/** The directory itself, or one above it, keeps others out: what lies below does not matter. */
const closedAtTop = (directory: ModelDirectory) =>
  !chainIsOpen(directory) || (directory.self !== undefined && (directory.self.mode & 0o003) === 0)

function accused(
  directory: ModelDirectory,
  kinds: readonly ModelFileKind[],
  how: string,
  title: string,
  severity: 'critical' | 'medium',
): Verdict {
  const modes = [...new Set(kinds.map(({ mode }) => octal(mode)))].join(', ')
  return {
    status: 'fail',
    severity,
    subject: directory.path,
    title,
    reason: `${amount(countOf(kinds), 'entry', 'entries')} in ${directory.path} can be ${how} by every account (mode ${modes}). ${EXPECTED}`,
    cite: kinds.slice(0, 3).flatMap((kind) => citeKind(kind, `Mode ${octal(kind.mode)}. ${EXPECTED}`)),
  }
}

function passed(directory: ModelDirectory): Verdict {
  const closed = directory.self !== undefined && (directory.self.mode & 0o001) === 0
  const above = directory.parents.find(({ mode }) => (mode & 0o001) === 0)
  const why = closed
    ? `${directory.path} has mode ${octal(directory.self?.mode ?? 0)}`
    : above
      ? `${above.path} above it has mode ${octal(above.mode)}`
      : 'no file below it can be read or written by others'
  return {
    status: 'pass',
    subject: directory.path,
    title: 'Other accounts are kept out of the models',
    reason: `Other accounts cannot get at the files in ${directory.path}: ${why}.`,
    cite: citeDirectory(directory),
  }
}
