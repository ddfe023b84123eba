import { hasFlag } from '../../../facts/services/flags.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noVllm, vllmLaunches } from './vllm-launches.ts'

/** huggingface_hub and transformers fetch modules of a repository when `auto_map` names one; --trust-remote-code allows it (vLLM, engine arguments). */
export default defineControl({
  id: 'engine-remote-code-off',
  item: 'SUP-4',
  severity: 'high',
  title: 'No Python code that comes with a model runs in vLLM',
  rationale:
    'With --trust-remote-code, Python files beside the weights run as the server, and a configuration on disk may name code of another repository that is fetched at start. Whoever changes either runs code here, whatever the format of the weights.',
  steps: 'Serve a model that vLLM supports by itself and drop the flag, or review the code and pin it with the model.',
  needs: ['services'],
  uses: ['units'],
  references: ['NIST-800-53:CM-7', 'NIST-800-53:SI-7', 'CIS-8:2.7', 'ISO-27001:A.8.19', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, units }) => {
    const launches = vllmLaunches(services, units)
    if (launches.length === 0) return noVllm
    return launches.map(({ service, name, words, unseen, offline, cite }): Verdict => {
      const base = { subject: service.id }
      const style = { underscores: true }
      // Of the flag and its opposite the last one counts (argparse, BooleanOptionalAction).
      const last = words.findLast((word) => hasFlag([word], ['--trust-remote-code', '--no-trust-remote-code'], style))
      if (last !== undefined && !last.startsWith('--no')) {
        const at = { ...base, cite: cite(last) }
        if (offline) {
          const reason = `${name} is started with ${last} and told to stay offline: code beside the weights runs, none is fetched.`
          return { ...at, status: 'warning', title: 'Code beside the model runs', reason }
        }
        const reason = `${name} is started with ${last}, and is not known to be offline: code is fetched when the model names it.`
        return { ...at, status: 'fail', title: 'Code that comes with a model runs', reason }
      }
      if (last === undefined && (unseen !== undefined || words.length === 0)) {
        const reason = `${name}: ${unseen === undefined ? 'the words that start it are not known' : `${unseen} may switch it on`}.`
        return { ...base, status: 'not-evaluated', title: 'Whether code of models runs is not known', reason, cite: cite() }
      }
      const reason = `${name} is started without --trust-remote-code, which is off by default.`
      return { ...base, status: 'pass', title: 'No code of a model runs', reason, cite: cite(last) }
    })
  },
})
