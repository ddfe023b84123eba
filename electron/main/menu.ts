import { Menu, type MenuItemConstructorOptions } from 'electron'

/**
 * Only what the platform needs: without an Edit menu macOS has no copy and paste. The keys of the application belong to the page,
 * so of View the size of text alone is in releases, no reload and no devtools. Chromium keeps that size.
 */
export function menuFor(platform: NodeJS.Platform, development: boolean): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : [{ label: 'File', submenu: [{ role: 'quit' } as const] }]),
    {
      label: 'Edit',
      submenu: [
        // No undo and redo: Ctrl+Z is "roll back"; fields undo by themselves.
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'View',
      submenu: [
        { role: 'zoomIn' },
        // The key of + without its shift.
        { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
      ],
    },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
    ...(development
      ? [{ label: 'Development', submenu: [{ role: 'toggleDevTools' } as const, { role: 'reload', accelerator: 'F5' } as const] }]
      : []),
  ]
}

/** `development` adds what releases leave out: reload and developer tools. */
export const setMenu = (development: boolean): void =>
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuFor(process.platform, development)))
