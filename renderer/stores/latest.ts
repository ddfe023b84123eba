import type { Latest } from '#shared/ipc/audit.contract.ts'

/** What is known now: hosts that did not change keep their object, so that nothing of them is drawn again. */
export function mergeLatest(known: Latest | undefined, news: Latest): Latest {
  if (known === undefined || news.whole) return news
  const changed = new Map(news.hosts.map((host) => [host.name, host]))
  const kept = known.hosts.map((host) => changed.get(host.name) ?? host)
  const names = new Set(known.hosts.map((host) => host.name))
  return { ...news, hosts: [...kept, ...news.hosts.filter((host) => !names.has(host.name))] }
}
