import { expect, test, vi } from 'vitest'

vi.mock('electron', () => ({ BrowserWindow: class {}, dialog: {}, nativeTheme: {}, screen: {} }))
const { webPreferences } = await import('./window.ts')

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
