import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'

const window = Object.assign(new EventEmitter(), {
  webContents: new EventEmitter(),
  getNormalBounds: () => ({ x: 0, y: 0, width: 1200, height: 800 }),
  isMaximized: () => false,
  isDestroyed: () => true,
  loadURL: async () => undefined,
})
vi.mock('electron', () => ({
  // What a constructor returns takes the place of what it makes.
  BrowserWindow: class {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: the test holds the window before it is opened.
      return window
    }
  },
  dialog: {},
  nativeTheme: { shouldUseDarkColors: true },
  screen: { getAllDisplays: () => [] },
}))
const { firstWindowState } = await import('./window-bounds.ts')
const { openWindow, webPreferences } = await import('./window.ts')

test('the page is sandboxed and isolated, each stated', () => {
  expect(webPreferences('/preload.cjs', false)).toMatchObject({
    preload: '/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    navigateOnDragDrop: false,
    enableDeprecatedPaste: false,
    devTools: false,
  })
})

test('where the window stood cannot be kept, as on a full disk: it is asked all the same before it is closed', () => {
  const log: string[] = []
  let asked = 0
  openWindow({
    ...{ preload: '/preload.cjs', url: 'gatehouse://app/', devTools: false, icon: '/icon.png', log: (message) => log.push(message) },
    state: {
      read: () => firstWindowState,
      write: () => {
        throw new Error('ENOSPC: no space left on device')
      },
    },
    closeQuestion: async () => {
      asked++
      return null
    },
  })
  window.emit('close', { preventDefault: () => undefined })
  expect([asked, log]).toEqual([1, ['where the window stood was not kept: ENOSPC: no space left on device']])
})
