import type { Latest } from '#shared/ipc/audit.contract.ts'
import type { HostProgress } from '#shared/model/job.ts'

/** What is known now: hosts that did not change, and those that are where they were, keep their object, so that nothing of them is drawn again. */
export function mergeLatest(known: Latest | undefined, news: Latest): Latest {
  if (known === undefined) return news
  const job = news.job && { ...news.job, hosts: sameProgress(known.job?.hosts ?? [], news.job.hosts) }
  if (news.whole) return { ...news, job }
  const changed = new Map(news.hosts.map((host) => [host.name, host]))
  const kept = known.hosts.map((host) => changed.get(host.name) ?? host)
  const names = new Set(known.hosts.map((host) => host.name))
  return { ...news, job, hosts: [...kept, ...news.hosts.filter((host) => !names.has(host.name))] }
}

const sameProgress = (known: readonly HostProgress[], news: readonly HostProgress[]): HostProgress[] =>
  news.map((progress, index) => {
    const before = known[index]
    return before !== undefined && isSame(before, progress) ? before : progress
  })

const isSame = (one: HostProgress, other: HostProgress): boolean =>
  one.host === other.host &&
  one.stage === other.stage &&
  one.sectionsDone === other.sectionsDone &&
  one.sectionsTotal === other.sectionsTotal &&
  one.current === other.current &&
  one.failure?.code === other.failure?.code &&
  one.failure?.detail === other.failure?.detail
