import { z } from 'zod'
import shipped from '#assets/publishers/publishers.json' with { type: 'json' }
import { type Publisher, type PublisherChange, publisherSchema } from '#shared/model/publisher.ts'

/** Other names of a site in the addresses of its models. */
const sites: Readonly<Record<string, string>> = { 'hf.co': 'huggingface.co', 'registry.ollama.ai': 'ollama.com' }
/** Paths of a site that are no account. */
const prefixes: readonly string[] = ['models', 'datasets', 'spaces', 'api']

/** The account that an address or a name of a model points at. Undefined when it is no such address. */
export function publisherOf(source: string): Pick<Publisher, 'site' | 'account'> | undefined {
  const [, host = '', path = ''] = /^(?:https?:\/\/)?([A-Za-z0-9.-]+)(?::\d+)?\/([^?#]*)/.exec(source.trim()) ?? []
  if (!host.includes('.')) return undefined
  const site = host.toLowerCase().replace(/^www\./, '')
  const account = path.split('/').find((part) => part !== '' && !prefixes.includes(part))
  return account === undefined ? undefined : { site: sites[site] ?? site, account }
}

const keyOf = ({ site, account }: Pick<Publisher, 'site' | 'account'>): string => `${site}/${account.toLowerCase()}`

/** The list that ships, with what was added and removed here since. */
export function publishersAfter(changes: readonly PublisherChange[]): Publisher[] {
  const list = new Map(
    z
      .array(publisherSchema)
      .parse(shipped)
      .map((publisher) => [keyOf(publisher), publisher]),
  )
  for (const { change, site, account, name } of changes) {
    if (change === 'removed') list.delete(keyOf({ site, account }))
    else list.set(keyOf({ site, account }), { site, account, name })
  }
  return [...list.values()].sort((a, b) => keyOf(a).localeCompare(keyOf(b)))
}

/** The publisher on the list that a source belongs to. */
export function verifiedPublisher(source: string, list: readonly Publisher[]): Publisher | undefined {
  const wanted = publisherOf(source)
  return wanted && list.find((publisher) => keyOf(publisher) === keyOf(wanted))
}
