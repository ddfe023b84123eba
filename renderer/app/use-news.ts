import { useEffect, useRef } from 'react'
import { addCounts, countItems } from '../stores/host-view.ts'
import { useAuditing, useHosts } from '../stores/use-hosts.tsx'
import { announce } from '../ui/announcer.ts'

/** Tells readers when an audit ends, and with what. */
export function useNews(): void {
  const hosts = useHosts()
  const auditing = useAuditing()
  const was = useRef(auditing)
  useEffect(() => {
    if (was.current && !auditing) {
      const counts = addCounts(hosts.map(countItems))
      announce(
        `Audit finished: ${counts.fail} fail, ${counts.warning} warning, ${counts['not-evaluated']} not evaluated, ${counts.pass} pass`,
      )
    }
    was.current = auditing
  }, [auditing, hosts])
}
