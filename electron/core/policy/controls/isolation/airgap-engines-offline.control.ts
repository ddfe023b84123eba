import { ownAnswers } from '../../../facts/services/answered-key.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices, serviceName } from '../inference/service-words.ts'
import { notAirGapped } from './air-gap.ts'
import { offlinePrograms } from './hub-programs.ts'
import { environmentKnown, offlineSettings, saysCloudIsOff } from './offline-settings.ts'

export default defineControl({
  id: 'airgap-engines-offline',
  item: 'SUP-4',
  severity: 'high',
  title: 'Inference servers of an air-gapped host are told to stay offline',
  rationale:
    'The engines fetch models, galleries and code from the internet by default, and some report usage. Told to stay offline they fail at once instead of waiting for the day on which the gap has a hole.',
  steps: 'Set the variables that are named in the unit, and restart it.',
  needs: ['services'],
  uses: ['loopback', 'programs'],
  references: ['NIST-800-53:CM-7', 'NIST-800-53:SC-7(5)', 'CIS-8:4.8', 'ISO-27001:A.8.9', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, loopback, programs }, context) => {
    const exempt = notAirGapped(context)
    if (exempt) return exempt
    const others = offlinePrograms(programs)
    if (services.length + others.length === 0) return noServices
    const verdicts = services.map((service): Verdict => {
      const told = offlineSettings(service, environmentKnown(service))
      const off = service.engine === 'ollama' && loopback.known && saysCloudIsOff(ownAnswers(service, loopback.value.ports))
      const settings = off ? told.map(({ name }) => ({ name, state: 'set' as const })) : told
      const names = (...states: string[]) => settings.filter(({ state }) => states.includes(state)).map(({ name }) => name)
      const [missing, unknown] = [names('missing'), names('said', 'unknown')]
      const base = { subject: service.id, cite: [{ section: service.unit ? 'units' : 'processes', line: 0 }] }
      if (missing.length > 0) {
        const reason = `${serviceName(service)} runs without ${missing.join(' and ')}.`
        return { ...base, status: 'fail', title: 'The server is not told to stay offline', reason, hint: `Set ${missing.join(' and ')}.` }
      }
      if (unknown.length > 0) {
        const reason = `Whether ${unknown.join(' and ')} is set for ${serviceName(service)} is not known: its environment could not be read whole, or something may override it.`
        return { ...base, status: 'not-evaluated', title: "The server's environment could not be read", reason }
      }
      const reason = `${serviceName(service)} runs with ${settings.map(({ name }) => name).join(' and ')}, or what stands for it.`
      return { ...base, status: 'pass', title: 'The server is told to stay offline', reason }
    })
    return [...verdicts, ...others]
  },
})
