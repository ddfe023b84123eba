import {
  goAccess,
  goAudit,
  goBack,
  goControls,
  goFleet,
  goHost,
  goModels,
  goNetwork,
  goPush,
  goSettings,
  openDialog,
} from '../stores/ui.store.ts'
import { useHosts } from '../stores/use-hosts.tsx'
import { type KeyMap, useKeys } from '../stores/use-keys.ts'
import { focusNextPane } from './panes.ts'

/** Keys that hold on every screen. */
export function useGlobalKeys(): void {
  const hosts = useHosts()
  const toHosts: KeyMap = Object.fromEntries(hosts.slice(0, 9).map((host, index) => [`mod+shift+${index + 1}`, () => goHost(host.name)]))
  useKeys({
    ...toHosts,
    'mod+k': () => openDialog({ kind: 'palette' }),
    'mod+1': goFleet,
    'mod+3': goModels,
    'mod+4': goAccess,
    'mod+5': () => goPush(),
    'mod+6': goAudit,
    'mod+7': goControls,
    'mod+8': goNetwork,
    'mod+,': () => goSettings(),
    'mod+[': goBack,
    '?': () => openDialog({ kind: 'shortcuts' }),
    f6: focusNextPane,
  })
}
