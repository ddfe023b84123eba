import { basename } from 'node:path/posix'
import type { ModelDirectory, ModelFiles } from '../../../facts/model-files/model-files.ts'
import type { VerifiedModelFile } from '../../../facts/verified-models/verified-models.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { amount, citeDirectory, incomplete, judgeDirectories } from './model-directories.ts'
import { citeVerified, type VerifiedDirectory, verifiedFilesOf } from './verified-directory.ts'

/** Names under which PyTorch, Hugging Face and scikit-learn store pickles. Other `.bin` files may be anything. */
const PICKLE_NAME =
  /\.(?:pt|pth|ckpt|pkl|pickle|joblib|dill)$|^(?:pytorch_model|diffusion_pytorch_model|adapter_model|optimizer|scheduler|training_args|rng_state)[^/]*\.bin$/i

export default defineControl({
  id: 'model-files-not-named-as-pickle',
  item: 'SUP-2',
  severity: 'medium',
  title: 'No model file is a pickle, by its name or by its content',
  rationale:
    'A pickle runs the code of whoever wrote it while it is loaded, with the rights of the inference service. SafeTensors and GGUF hold numbers only, and most publishers offer them.',
  steps: 'Fetch the SafeTensors or GGUF release of the model, or convert it on a machine without access to anything.',
  needs: ['model-files', 'services'],
  uses: ['verified-models'],
  references: [
    'NIST-800-53:SI-7',
    'NIST-800-53:CM-7(5)',
    'CIS-8:2.5',
    'ISO-27001:A.8.7',
    'OWASP-LLM:LLM03',
    'https://docs.python.org/3/library/pickle.html',
  ],
  evaluate: ({ 'model-files': files, services, 'verified-models': models }, { now }) =>
    judgeDirectories(files, services, (directory) => {
      const known = verifiedFilesOf(directory, models, now)
      const found = known && judgeContent(directory.path, known)
      return found && found.status !== 'pass' ? [found] : judge(directory, files, found, known?.age.stale)
    }),
})

/** Formats whose loading runs what the file says. */
const PICKLES: readonly string[] = ['pickle', 'joblib', 'pytorch-zip', 'pytorch-legacy', 'pytorch-tar']

/** By content, once Gatehouse has read every file: undefined while one of them was not. */
function judgeContent(subject: string, { files, whole, age }: VerifiedDirectory): Verdict | undefined {
  const dangerous = files.filter(({ scan }) => scan === 'dangerous')
  if (dangerous.length > 0)
    return {
      status: 'fail',
      severity: 'critical',
      subject,
      title: `${amount(dangerous.length, 'file runs', 'files run')} code when loaded`,
      reason: `${list(dangerous)}: whoever loads this runs what its author wrote.`,
      hint: 'Take it out of service now, and find out where it came from. gatehouse models scan shows what it would run.',
      cite: citeVerified(dangerous, () => 'Its content runs code when it is loaded. Expected safetensors or gguf.'),
    }
  const pickles = files.filter(({ format }) => PICKLES.includes(format))
  if (pickles.length > 0)
    return {
      status: 'warning',
      subject,
      title: `${amount(pickles.length, 'file is a pickle', 'files are pickles')} by content`,
      reason: `${list(pickles)}: nothing dangerous was found in it, but the format can hold code.`,
      cite: citeVerified(pickles, ({ format }) => `Its content is ${format}. Expected safetensors or gguf.`),
    }
  if (!whole || files.length === 0 || files.some(({ scan, weights, format }) => scan !== 'cleared' || (weights && format === 'unknown')))
    return undefined
  return {
    status: 'pass',
    subject,
    title: 'No file is a pickle, by name or content',
    reason: `All ${amount(files.length, 'file', 'files')} of the models in ${subject} were read ${age.words}: none holds code.`,
    cite: citeVerified(files),
  }
}

const list = (files: readonly VerifiedModelFile[]): string =>
  `${files
    .slice(0, 3)
    .map(({ path }) => path)
    .join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`

/** A name is no proof of a format: it can warn, but it can pass nothing without the content. */
function judge(directory: ModelDirectory, files: ModelFiles, content: Verdict | undefined, stale: string | undefined): Verdict[] {
  const subject = directory.path
  const named = directory.kinds
    .filter(({ type }) => type !== 'directory')
    .flatMap(({ examples }) => examples)
    .filter(({ path }) => PICKLE_NAME.test(basename(path)))
  if (named.length > 0)
    return [
      {
        status: 'warning',
        subject,
        title: `${amount(named.length, 'file is', 'files are')} named as pickle`,
        reason: `${named
          .slice(0, 3)
          .map(({ path }) => path)
          .join(', ')}${named.length > 3 ? ` and ${named.length - 3} more` : ''}: by their names, these run code when they are loaded.`,
        cite: named.slice(0, 8).map(({ line, path }) => ({
          section: 'model-files',
          line,
          token: basename(path),
          note: 'Named as a pickle. Expected .safetensors or .gguf.',
        })),
      },
    ]
  if (!directory.complete) return [incomplete(directory, files)]
  if (directory.kinds.every(({ type }) => type === 'directory'))
    return [
      {
        status: 'not-applicable',
        subject,
        title: 'No file to judge',
        reason: `${directory.path} holds no file.`,
        cite: citeDirectory(directory),
      },
    ]
  if (content !== undefined) return [content]
  return [
    {
      status: 'not-evaluated',
      subject,
      title: stale ? 'The look at the files is too old' : 'Only the names of the files were read',
      reason: `No file in ${directory.path} that was listed bears the name of a pickle format, but a name proves nothing about what is inside${stale ? `, and ${stale}` : ''}.`,
      hint: 'Let Gatehouse read the files (Models, or gatehouse models scan --fleet), then audit again.',
      cite: citeDirectory(directory),
    },
  ]
}
