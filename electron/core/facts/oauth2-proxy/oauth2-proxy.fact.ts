import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { sections } from './collect.ts'
import { parseOAuth2Proxies } from './parse.ts'

/** Running oauth2-proxy processes and their effective settings. */
export const oauth2ProxyFact: FactDefinition<'oauth2-proxy'> = {
  id: 'oauth2-proxy',
  sections,
  read({ section, fact }) {
    // A host that hides processes of others would seem to run none.
    const processes = fact('processes')
    if (!processes.known) return unknown(`oauth2-proxy: ${processes.reason}`, processes.sections, processes.hint)
    const output = section('oauth2-proxy')
    const trouble = unusable(output, 'oauth2-proxy')
    if (trouble) return trouble
    const found = parseOAuth2Proxies(output.stdout)
    return found ? known(found) : unknown('oauth2-proxy: the answer is cut short', ['oauth2-proxy'])
  },
}
