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
import { focusPane, leaveSidebar } from './panes.ts'

const to = (go: () => void) => () => {
  leaveSidebar()
  go()
}

/** Keys that hold on every screen. */
export function useGlobalKeys(): void {
  const hosts = useHosts()
  const toHosts: KeyMap = Object.fromEntries(
    hosts.slice(0, 9).map((host, index) => [`mod+shift+${index + 1}`, to(() => goHost(host.name))]),
  )
  useKeys({
    ...toHosts,
    'mod+k': () => openDialog({ kind: 'palette' }),
    'mod+1': to(goFleet),
    'mod+3': to(goModels),
    'mod+4': to(goAccess),
    'mod+5': to(() => goPush()),
    'mod+6': to(goAudit),
    'mod+7': to(goControls),
    'mod+8': to(goNetwork),
    'mod+,': to(() => goSettings()),
    'mod+[': to(goBack),
    '?': () => openDialog({ kind: 'shortcuts' }),
    f6: () => focusPane(1),
    'shift+f6': () => focusPane(-1),
  })
}
