import { engineNames } from '#shared/model/inference-service.ts'
import { enginePackages } from '../../../advisories/package-names.ts'
import { defineControl } from '../../control.ts'
import { noServices } from '../inference/service-words.ts'
import { judgeVersion, titled } from './version-verdict.ts'

export default defineControl({
  id: 'engine-version-not-vulnerable',
  item: 'OPS-1',
  severity: 'critical',
  title: 'No inference server runs a version with known vulnerabilities',
  rationale:
    'The engines parse models and prompts of strangers, mostly without authentication. Holes in them run code or leak the memory of other users, and exploits are public soon after the fix.',
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
      const { version, section, line } = found.stated
      return judgeVersion(
        { subject: service.id, label, names: enginePackages[service.engine], version, cite: { section, line } },
        advisories,
      )
    })
  },
})
