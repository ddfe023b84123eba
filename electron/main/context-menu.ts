import { type BrowserWindow, type ContextMenuParams, Menu, type MenuItemConstructorOptions } from 'electron'

type Clicked = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>

/** What can be done with the text at this place; nothing where there is none. Of a password Chromium says that it cannot be copied. */
export function contextMenuFor({ isEditable, selectionText, editFlags }: Clicked): MenuItemConstructorOptions[] {
  if (!isEditable) return selectionText.trim() === '' ? [] : [{ role: 'copy', enabled: editFlags.canCopy }]
  return [
    { role: 'cut', enabled: editFlags.canCut },
    { role: 'copy', enabled: editFlags.canCopy },
    { role: 'paste', enabled: editFlags.canPaste },
    { type: 'separator' },
    { role: 'selectAll', label: 'Select all', enabled: editFlags.canSelectAll },
  ]
}

/** A menu at texts, for the right button of the mouse and for the keys that stand for it. */
export function showContextMenus(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, { x, y, menuSourceType: sourceType, ...clicked }) => {
    const items = contextMenuFor(clicked)
    // Where the keyboard asks, the mouse is somewhere else.
    const place = sourceType === 'keyboard' ? { x, y } : {}
    if (items.length > 0) Menu.buildFromTemplate(items).popup({ window, sourceType, ...place })
  })
}
