import { basename } from 'node:path/posix'
import type { ModelDirectory, ModelFiles } from '../../../facts/model-files/model-files.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { amount, citeDirectory, incomplete, judgeDirectories } from './model-directories.ts'

/** Names under which PyTorch, Hugging Face and scikit-learn store pickles. Other `.bin` files may be anything. */
const PICKLE_NAME =
  /\.(?:pt|pth|ckpt|pkl|pickle|joblib|dill)$|^(?:pytorch_model|diffusion_pytorch_model|adapter_model|optimizer|scheduler|training_args|rng_state)[^/]*\.bin$/i

export default defineControl({
  id: 'model-files-not-named-as-pickle',
  item: 'SUP-2',
  severity: 'medium',
  title: 'No model file bears the name of a pickle format',
  rationale:
    'A pickle runs the code of whoever wrote it while it is loaded, with the rights of the inference service. SafeTensors and GGUF hold numbers only, and most publishers offer them.',
  needs: ['model-files', 'services'],
  references: [
    'NIST-800-53:SI-7',
    'NIST-800-53:CM-7(5)',
    'CIS-8:2.5',
    'ISO-27001:A.8.7',
    'OWASP-LLM:LLM03',
    'https://docs.python.org/3/library/pickle.html',
  ],
  evaluate: ({ 'model-files': files, services }) => judgeDirectories(files, services, (directory) => judge(directory, files)),
})

/** A name is no proof of a format: it can warn, but it can pass nothing. */
function judge(directory: ModelDirectory, files: ModelFiles): Verdict[] {
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
        hint: 'Fetch the SafeTensors or GGUF release of the model, or convert it on a machine without access to anything.',
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
  return [
    {
      status: 'not-evaluated',
      subject,
      title: 'Only the names of the files were read',
      reason: `No file in ${directory.path} that was listed bears the name of a pickle format, but a name proves nothing about what is inside.`,
      cite: citeDirectory(directory),
    },
  ]
}
