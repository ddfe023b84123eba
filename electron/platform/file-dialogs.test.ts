import { expect, test, vi } from 'vitest'

const showSaveDialog = vi.hoisted(() => vi.fn(async () => ({ canceled: false, filePath: '/home/a/fleet.yaml' })))
vi.mock('electron', () => ({ dialog: { showSaveDialog } }))

const { createFileDialogs } = await import('./file-dialogs.ts')

test('a file that is there already is asked about before it is replaced, on Linux, too', async () => {
  expect(await createFileDialogs(() => null).save('Save the fleet file', 'fleet.yaml', 'yaml')).toBe('/home/a/fleet.yaml')
  expect(showSaveDialog).toHaveBeenCalledWith(
    expect.objectContaining({ defaultPath: 'fleet.yaml', properties: ['showOverwriteConfirmation'] }),
  )
})
