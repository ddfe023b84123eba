import type { HostProgress } from '#shared/model/job.ts'

/** Ended in whatever way: a host that was not reached counts as looked at for the share of an audit. */
export const isFinished = ({ stage }: Pick<HostProgress, 'stage'>): boolean =>
  stage === 'done' || stage === 'failed' || stage === 'cancelled'

/** How much of an audit is done, in percent. Each host counts the same: what one that waits will be asked is not known before it is connected. */
export function shareDone(hosts: readonly HostProgress[]): number {
  const shares = hosts.map((host) => (isFinished(host) ? 1 : host.sectionsTotal === 0 ? 0 : host.sectionsDone / host.sectionsTotal))
  return (100 * shares.reduce((sum, share) => sum + share, 0)) / Math.max(1, hosts.length)
}
