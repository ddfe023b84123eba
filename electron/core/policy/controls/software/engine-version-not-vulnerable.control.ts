import { engineNames } from '#shared/model/inference-service.ts'
import { enginePackages, python } from '../../../advisories/package-names.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices } from '../inference/service-words.ts'
import { judgeVersion, titled } from './version-verdict.ts'

export default defineControl({
  id: 'engine-version-not-vulnerable',
  item: 'OPS-1',
  severity: 'critical',
  title: 'No inference server runs a version with known vulnerabilities',
  rationale:
    'The engines parse models and prompts of strangers, mostly without authentication. Holes in them run code or leak the memory of other users, and exploits are public soon after the fix.',
  steps: 'Update the server to a version with the fix, on a host for tests first.',
  needs: ['services', 'packages'],
  references: ['NIST-800-53:SI-2', 'NIST-800-53:RA-5', 'CIS-8:7.4', 'ISO-27001:A.8.8', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, packages }, { advisories }) => {
    const running = services.filter((service) => service.running)
    if (services.length === 0) return noServices
    if (running.length === 0) {
      const reason = 'Inference servers are installed, but none runs, so none could be asked for its version.'
      return [{ status: 'not-applicable', subject: '', title: 'No inference server runs', reason, cite: [] }]
    }
    return running.map((service) => {
      const label = engineNames[service.engine]
      const found = packages.engines.find((one) => one.service === service.id)
      if (found?.stated === undefined) {
        const reason = `The version of ${label} (${service.id}) is not known: ${found?.unknown ?? 'it was not looked for'}.`
        return {
          subject: service.id,
          status: 'not-evaluated',
          title: titled(`Version of ${label} is not known`),
          reason,
          cite: [{ section: 'software', line: 0 }],
        }
      }
      const { version, section, line, from, binding } = found.stated
      const component = { subject: service.id, version, cite: { section, line } }
      if (binding)
        return ofBinding(judgeVersion({ ...component, label: 'llama-cpp-python', names: [python('llama-cpp-python')] }, advisories))
      const verdict = judgeVersion({ ...component, label, names: enginePackages[service.engine] }, advisories)
      const image = service.image?.name ?? ''
      return from === 'image' && verdict.status === 'pass' && !ofTheMaker.test(image) ? ofOwnTag(verdict, label, image) : verdict
    })
  },
})

/** Images whose makers give them the numbers of the engine; also below the names of a mirror. */
const ofTheMaker =
  /(?:^|\/)(?:ollama\/ollama|vllm\/vllm-(?!omni)[\w-]+|(?:localai|mudler|go-skynet)\/local-?ai|(?:ggml-org|ggerganov)\/llama\.cpp)(?::|@|$)/i

/** Whoever builds an image numbers it as he likes (vLLM of Red Hat 3.2), and any number of his may be above those of the engine. */
const ofOwnTag = (verdict: Verdict, label: string, image: string): Verdict => ({
  ...verdict,
  status: 'not-evaluated',
  title: titled(`Version of ${label} is not known`),
  reason: `Nothing but the tag of ${image} states a version, and who built that image may count in numbers of his own.`,
  hint: 'Ask the server for its version, or run an image of the maker of the engine.',
})

const ofBinding = (verdict: Verdict): Verdict =>
  verdict.status === 'fail'
    ? verdict
    : {
        ...verdict,
        status: 'not-evaluated',
        title: 'Which llama.cpp is inside is not known',
        reason:
          'llama-cpp-python brings a llama.cpp of its own, of which it states no build, so that nothing can be compared with the advisories about that.',
        hint: 'Hold the day of its release against the builds that the advisories about llama.cpp name.',
      }
