import type { ModelDirectory, ModelFiles } from '../../../facts/model-files/model-files.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { amount, citeDirectory, incomplete, judgeDirectories } from './model-directories.ts'
import { citeVerified, type VerifiedDirectory, verifiedFilesOf } from './verified-directory.ts'

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
  uses: ['verified-models'],
  attestation: {
    scope: 'host',
    question: 'Against which official hashes were the files below compared, when, and with what result?',
    validDays: 180,
  },
  references: ['NIST-800-53:SI-7', 'NIST-800-53:SI-7(1)', 'NIST-800-53:SR-4', 'CIS-8:16.5', 'ISO-27001:A.8.19', 'OWASP-LLM:LLM03'],
  evaluate: ({ 'model-files': files, services, 'verified-models': models }, { now }) =>
    judgeDirectories(files, services, (directory) => judge(directory, files, verifiedFilesOf(directory, models, now))),
})

function judge(directory: ModelDirectory, files: ModelFiles, verified: VerifiedDirectory | undefined): Verdict[] {
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
  const measured = verified === undefined || verified.files.length === 0 ? undefined : judgeVerified(subject, verified)
  if (measured !== undefined) return [measured]
  const lines = [...kinds.flatMap(({ examples, line }) => [line, ...examples.map((example) => example.line)])]
  return [
    {
      status: 'needs-attestation',
      subject,
      title: 'Nobody has stated where the hashes come from',
      reason: `${amount(count, 'file', 'files')} in ${directory.path}${verified?.age.stale ? `; ${verified.age.stale}` : ''}. This statement holds for exactly these files; another set must be stated anew.`,
      cite: lines.slice(0, MAX_CITED).map((line) => ({ section: 'model-files', line })),
    },
  ]
}

/** What the hashes say; undefined while some file was not compared, which only a person can answer for. */
function judgeVerified(subject: string, { files, whole, age }: VerifiedDirectory): Verdict | undefined {
  const wrong = files.filter(({ state }) => state === 'differs' || state === 'missing-file' || state === 'extra-file')
  const [first] = wrong
  if (first) {
    const differs = wrong.filter(({ state }) => state === 'differs').length
    return {
      status: 'fail',
      ...(differs > 0 && { severity: 'critical' as const }),
      subject,
      title:
        differs > 0 ? `${amount(differs, 'file is', 'files are')} not what was published` : 'The set of files is not the published one',
      reason: `${amount(wrong.length, 'file', 'files')} in ${subject}: ${wrong
        .slice(0, 3)
        .map(({ path, state }) => `${path} (${state.replace('-', ' ')})`)
        .join(', ')}${wrong.length > 3 ? ` and ${wrong.length - 3} more` : ''}.`,
      hint: 'Take the model out of service and fetch it anew from its official source. Ollama does not repair it by pulling again: delete the blob first.',
      cite: citeVerified(wrong, ({ state }) => `${state.replace('-', ' ')}. Expected the digest that its official source publishes.`),
    }
  }
  if (!whole || files.some(({ state }) => state !== 'verified')) return undefined
  const weak = files.filter((file) => file.weak)
  if (weak.length > 0)
    return {
      status: 'warning',
      subject,
      title: 'Hashes come from where the files came from',
      reason: `All ${amount(files.length, 'file', 'files')} in ${subject} have the expected hash, but ${weak.length} of the hashes were read at the place of the download: whoever changes a file there changes its hash as well.`,
      hint: 'Read the hashes on another page of the publisher, or use a signed list (model-signing).',
      cite: citeVerified(weak, () => 'Weak: read at the place of the download.'),
    }
  return {
    status: 'pass',
    subject,
    title: 'Every file has its published hash',
    reason: `All ${amount(files.length, 'file', 'files')} of the models in ${subject} have the digest that their official source publishes, as Gatehouse found them ${age.words}.`,
    cite: citeVerified(files),
  }
}
