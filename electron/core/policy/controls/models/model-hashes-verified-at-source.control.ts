import type { ModelDirectory, ModelFiles } from '../../../facts/model-files/model-files.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { amount, citeDirectory, incomplete, judgeDirectories } from './model-directories.ts'

/** Lines that tell a set of files from another: those of the files, and the sums where there are more than were listed. */
const MAX_CITED = 400

export default defineControl({
  id: 'model-hashes-verified-at-source',
  item: 'SUP-1',
  severity: 'high',
  title: 'Every model file has the hash that its official source publishes',
  rationale:
    'A model fetched from a mirror, a chat or a colleague may be another than its name says, with a backdoor that no test shows. Only a hash from the official release, compared with the file on this host, tells them apart.',
  needs: ['model-files', 'services'],
  attestation: {
    scope: 'host',
    question: 'Against which official hashes were the files below compared, when, and with what result?',
    validDays: 180,
  },
  references: ['NIST-800-53:SI-7', 'NIST-800-53:SI-7(1)', 'NIST-800-53:SR-4', 'CIS-8:16.5', 'ISO-27001:A.8.19', 'OWASP-LLM:LLM03'],
  evaluate: ({ 'model-files': files, services }) => judgeDirectories(files, services, (directory) => judge(directory, files)),
})

function judge(directory: ModelDirectory, files: ModelFiles): Verdict[] {
  const subject = directory.path
  const kinds = directory.kinds.filter(({ type }) => type === 'file')
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0)
  if (!directory.complete) return [incomplete(directory, files)]
  if (count === 0)
    return [
      {
        status: 'not-applicable',
        subject,
        title: 'No file to verify',
        reason: `${directory.path} holds no file.`,
        cite: citeDirectory(directory),
      },
    ]
  const lines = [...kinds.flatMap(({ examples, line }) => [line, ...examples.map((example) => example.line)])]
  return [
    {
      status: 'needs-attestation',
      subject,
      title: 'Nobody has stated where the hashes come from',
      reason: `${amount(count, 'file', 'files')} in ${directory.path}. This statement holds for exactly these files; another set must be stated anew.`,
      cite: lines.slice(0, MAX_CITED).map((line) => ({ section: 'model-files', line })),
    },
  ]
}
