import { useAnnouncer } from './announcer.ts'

/** The one polite live region. */
export const LiveRegion = () => (
  <div className="reader-only" role="status" aria-live="polite" data-testid="live-region">
    {useAnnouncer((state) => state.message)}
  </div>
)
