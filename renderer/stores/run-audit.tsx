import { Play } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { ToneIcon } from '../ui/tone-icon.tsx'
import { useAuditActions } from './actions.ts'
import { useAuditing } from './use-hosts.tsx'

/** Where a screen has nothing to show before an audit: starts one, and says while it runs. The screen binds the key. */
export function RunAudit() {
  const auditing = useAuditing()
  const audit = useAuditActions()
  return auditing ? (
    <Button icon={<ToneIcon tone="run" />} unavailable="An audit runs">
      Auditing
    </Button>
  ) : (
    <Button icon={<Play className="icon" aria-hidden />} chord="r" onClick={() => audit.start()}>
      Run audit
    </Button>
  )
}
