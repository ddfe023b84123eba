import { ChangedKeyDialog } from '../features/prompts/changed-key-dialog.tsx'
import { closeDialog, useUi } from '../stores/ui.store.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { Fetched, partOf } from './fetched.tsx'
import { DialogComes, DialogIsThere } from './held-keys.tsx'

const around = { comes: <DialogComes />, isThere: <DialogIsThere /> }
export const palette = partOf(async () => (await import('../features/palette/palette.tsx')).Palette)
const shortcuts = partOf(async () => (await import('../features/shortcuts/shortcuts.tsx')).Shortcuts)
const changesDialog = partOf(async () => (await import('../features/fleet/changes-dialog.tsx')).ChangesDialog)
const exportDialog = partOf(async () => (await import('../features/fleet/export-dialog.tsx')).ExportDialog)

/** The dialog that the admin opened. Prompts of the engine are a queue of their own. */
export function OpenDialogs() {
  const open = useUi((state) => state.dialog)
  if (open === null) return null
  return (
    // A dialog is read from the disk when it is opened first: while Gatehouse is being updated that may fail.
    <ErrorBoundary onClose={closeDialog}>
      {open.kind === 'palette' && <Fetched part={palette} given={{}} {...around} />}
      {open.kind === 'shortcuts' && <Fetched part={shortcuts} given={{}} {...around} />}
      {open.kind === 'changes' && <Fetched part={changesDialog} given={{}} {...around} />}
      {open.kind === 'export' && <Fetched part={exportDialog} given={{}} {...around} />}
      {open.kind === 'changed-key' && <ChangedKeyDialog hop={open.hop} />}
    </ErrorBoundary>
  )
}
