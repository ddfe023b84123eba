import { type FactResult, known, unknown, unusable } from '../fact.ts'
import type { FactDefinition, FactSources } from '../fact-definition.ts'
import type { Certificates } from './certificates.ts'
import { sections } from './collect.ts'
import { withWire } from './merge-wire.ts'
import { parseCertificates } from './parse.ts'

/** Certificates that nginx names, and what its TLS ports answer, on the host itself and over the network. */
export const certificatesFact: FactDefinition<'certificates'> = { id: 'certificates', sections, read }

function read(sources: FactSources): FactResult<Certificates> {
  const nginx = sources.fact('nginx')
  if (!nginx.known) return unknown(`Certificates are unread, since the proxy is: ${nginx.reason}`, nginx.sections, nginx.hint)
  const wire = sources.fact('wire')
  const seen = wire.known ? wire.value.endpoints : []
  if (!nginx.value.installed) return known({ certificates: [], unreadable: [], endpoints: withWire([], seen) })
  const problem = unusable(sources.section('certificates'), 'Certificates are unread')
  if (problem) return problem
  if (sources.section('certificates').exitCode !== 0)
    return unknown('Certificates are unread: the configuration of nginx did not get to where they are looked for', ['certificates'])
  const certificates = parseCertificates(sources.section('certificates').stdout)
  return known({ ...certificates, endpoints: withWire(certificates.endpoints, seen) })
}
