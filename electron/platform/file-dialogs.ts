import { type BrowserWindow, dialog } from 'electron'

/** Native file dialogs. Each resolves with a path, or null when the admin closed it. */
export interface FileDialogs {
  openFleet(): Promise<string | null>
  openInventory(): Promise<string | null>
  openAdvisories(): Promise<string | null>
  openAttachment(): Promise<string | null>
  openTemplate(): Promise<string | null>
  openDigests(): Promise<string | null>
  openKey(): Promise<string | null>
  openTrustedRoot(): Promise<string | null>
  save(title: string, fileName: string, extension: string): Promise<string | null>
}

const fleetKinds = [
  { name: 'Fleet file', extensions: ['yaml', 'yml'] },
  { name: 'All files', extensions: ['*'] },
]

/** Over the window while there is one. Null when the dialog was left without a choice. */
export function createFileDialogs(window: () => BrowserWindow | null): FileDialogs {
  const open = async (title: string, filters: Electron.FileFilter[]): Promise<string | null> => {
    const parent = window()
    const options: Electron.OpenDialogOptions = { title, filters, properties: ['openFile'] }
    const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
    return canceled ? null : (filePaths[0] ?? null)
  }
  return {
    openFleet: () => open('Open a fleet file', fleetKinds),
    // Inventories are often called plainly "hosts".
    openInventory: () => open('Choose an Ansible inventory', [{ name: 'All files', extensions: ['*'] }]),
    openAdvisories: () => open('Choose an advisory update or an OSV dump', [{ name: 'All files', extensions: ['*'] }]),
    openAttachment: () => open('Attach a file', [{ name: 'All files', extensions: ['*'] }]),
    openTemplate: () => open('Choose a template', [{ name: 'Template', extensions: ['json'] }]),
    // SHA256SUMS, model.sig, manifests: no common ending.
    openDigests: () => open('Choose a document of digests', [{ name: 'All files', extensions: ['*'] }]),
    openKey: () =>
      open('Choose the public key of the publisher', [
        { name: 'Public key or certificate', extensions: ['pem', 'pub', 'crt', 'cer'] },
        { name: 'All files', extensions: ['*'] },
      ]),
    openTrustedRoot: () =>
      open('Choose the trusted root (trusted_root.json)', [
        { name: 'Trusted root', extensions: ['json'] },
        { name: 'All files', extensions: ['*'] },
      ]),
    save: async (title, fileName, extension) => {
      const parent = window()
      const options: Electron.SaveDialogOptions = {
        title,
        defaultPath: fileName,
        filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
        // Linux asks before it replaces a file only when it is told to.
        properties: ['showOverwriteConfirmation'],
      }
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options))
      return canceled || !filePath ? null : filePath
    },
  }
}
