import { defineControl } from '../../control.ts'
import { citeBinds, foundAndExpected, isExposed, judgeRunning, ownersHint, printBinds, serviceName } from './service-words.ts'

export default defineControl({
  id: 'inference-worker-ports-local',
  item: 'INF-1',
  severity: 'medium',
  title: 'Workers of inference servers talk only on this machine',
  rationale:
    "Ports between the parts of a server (PyTorch's store, data-parallel masters, model runners) have neither authentication nor encryption, and several have carried pickled objects, which run code when they are read.",
  steps: 'Let the firewall take these ports from the other nodes of the cluster only, and from nobody where there is one node.',
  needs: ['services'],
  references: ['NIST-800-53:SC-7', 'CIS-8:4.4', 'https://docs.vllm.ai/en/latest/usage/security.html'],
  evaluate: ({ services }) =>
    judgeRunning(services, (service) => {
      const base = { subject: service.id }
      const name = serviceName(service)
      if (service.internalBinds === undefined) {
        const reason = `Sockets between the parts of ${name} could not be told apart, since the owners of sockets could not be read.`
        return {
          ...base,
          status: 'not-evaluated' as const,
          title: 'Owners of sockets could not be read',
          hint: ownersHint,
          reason,
          cite: [],
        }
      }
      const exposed = service.internalBinds.filter(isExposed)
      if (exposed.length === 0) {
        const reason = `${name} opens no port beside its API to others.`
        const shown = citeBinds(service.internalBinds)
        const cite = shown.length > 0 ? shown : [{ section: 'listeners', line: 0 }]
        return { ...base, status: 'pass' as const, title: 'Worker ports are local', reason, cite }
      }
      return {
        ...base,
        status: 'warning' as const,
        title: 'Worker ports are open to the network',
        reason: `Beside its API, ${name} listens on ${printBinds(exposed)}. No setting binds these to loopback everywhere; a firewall must close them.`,
        cite: citeBinds(exposed, foundAndExpected),
      }
    }),
})
