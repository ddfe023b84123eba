import { expect, test, vi } from 'vitest'

vi.mock('electron', () => ({ Menu: {} }))
const { menuFor } = await import('./menu.ts')

const flat = (items: ReturnType<typeof menuFor>): string[] =>
  items.flatMap((item) => [String(item.role ?? item.label).toLowerCase(), ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])])

test.each(['linux', 'darwin', 'win32'] as const)(
  'a release on %s has copy and paste and the size of text, and no way into the developer tools',
  (platform) => {
    const names = flat(menuFor(platform, false))
    expect(names).toEqual(expect.arrayContaining(['cut', 'copy', 'paste', 'selectall', 'zoomin', 'zoomout', 'resetzoom']))
    for (const name of ['toggledevtools', 'reload', 'forcereload', 'viewmenu', 'undo', 'redo']) expect(names).not.toContain(name)
  },
)

test('development has them', () => {
  expect(flat(menuFor('linux', true))).toEqual(expect.arrayContaining(['toggledevtools', 'reload']))
})
