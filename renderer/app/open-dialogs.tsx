import { lazy, Suspense } from 'react'
import { ChangedKeyDialog } from '../features/prompts/changed-key-dialog.tsx'
import { closeDialog, useUi } from '../stores/ui.store.ts'
import { ErrorBoundary } from './error-boundary.tsx'

export const loadPalette = async () => ({ default: (await import('../features/palette/palette.tsx')).Palette })
const Palette = lazy(loadPalette)
const Shortcuts = lazy(async () => ({ default: (await import('../features/shortcuts/shortcuts.tsx')).Shortcuts }))
const ChangesDialog = lazy(async () => ({ default: (await import('../features/fleet/changes-dialog.tsx')).ChangesDialog }))
const ExportDialog = lazy(async () => ({ default: (await import('../features/fleet/export-dialog.tsx')).ExportDialog }))

/** The dialog that the admin opened. Prompts of the engine are a queue of their own. */
export function OpenDialogs() {
  const dialog = useUi((state) => state.dialog)
  if (dialog === null) return null
  return (
    // A dialog is read from the disk when it is opened first: while Gatehouse is being updated that may fail.
    <ErrorBoundary onClose={closeDialog}>
      <Suspense fallback={null}>
        {dialog.kind === 'palette' && <Palette />}
        {dialog.kind === 'shortcuts' && <Shortcuts />}
        {dialog.kind === 'changes' && <ChangesDialog />}
        {dialog.kind === 'export' && <ExportDialog />}
        {dialog.kind === 'changed-key' && <ChangedKeyDialog hop={dialog.hop} />}
      </Suspense>
    </ErrorBoundary>
  )
}
