import { expect, test, vi } from 'vitest'

vi.mock('electron', () => ({ Menu: {} }))
const { contextMenuFor } = await import('./context-menu.ts')

const editFlags = {
  ...{ canUndo: false, canRedo: false, canCut: true, canCopy: true, canPaste: true, canDelete: true, canSelectAll: true },
  canEditRichly: false,
}

const offered = (clicked: Partial<Parameters<typeof contextMenuFor>[0]>) =>
  contextMenuFor({ isEditable: false, selectionText: '', editFlags, ...clicked }).flatMap(({ role, enabled }) =>
    role === undefined ? [] : [enabled ? role : `${role} off`],
  )

test('a field can be cut from, copied, pasted into and selected', () => {
  expect(offered({ isEditable: true })).toEqual(['cut', 'copy', 'paste', 'selectAll'])
})

test('a password is pasted, never copied', () => {
  const flags = { ...editFlags, canCut: false, canCopy: false }
  expect(offered({ isEditable: true, selectionText: 'x', editFlags: flags })).toEqual(['cut off', 'copy off', 'paste', 'selectAll'])
})

test('what is selected elsewhere can be copied, and where nothing is there is no menu', () => {
  expect(offered({ selectionText: 'ollama.service' })).toEqual(['copy'])
  for (const selectionText of ['', ' \n']) expect(offered({ selectionText })).toEqual([])
})
