import { orderingOf } from '../../../advisories/versions/ordering.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'

const order = orderingOf('Go', 'github.com/oauth2-proxy/oauth2-proxy/v7')

/** Does an older oauth2-proxy than this release run? Undefined where its version is not known. */
export function isBefore({ version }: OAuth2Proxy, release: string): boolean | undefined {
  const compared = version.known ? order?.(version.text, release) : undefined
  return compared === undefined ? undefined : compared < 0
}

/** A sentence for the reason of a finding. */
export const versionSaid = ({ version }: OAuth2Proxy): string =>
  version.known ? `${version.text} runs.` : `Which version runs is not known: ${version.why}.`
