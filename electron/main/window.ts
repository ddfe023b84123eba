import { BrowserWindow, type BrowserWindowConstructorOptions, dialog, nativeTheme, screen } from 'electron'
import { messageOf } from '#shared/errors.ts'
import type { JsonFile } from '../platform/json-file.ts'
import { askBeforeClose, type CloseQuestion } from './close-question.ts'
import { boundsFor, minimumSize, type WindowState } from './window-bounds.ts'

/** `--surface` of the window’s tokens, so that nothing flashes before the first paint. */
const surface = { dark: '#101113', light: '#ffffff' } as const
const symbol = { dark: '#ecedef', light: '#17181b' } as const
const toolbarHeight = 52

/** Stated one by one although most are defaults: a default that changes must not change this. */
export const webPreferences = (preload: string, devTools: boolean): NonNullable<BrowserWindowConstructorOptions['webPreferences']> => ({
  preload,
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
  // A page could read the clipboard by it, which no permission guards. Electron 33, of development and tests, has no such setting.
  enableDeprecatedPaste: false,
  safeDialogs: true,
  spellcheck: false,
  devTools,
})

export interface WindowOptions {
  readonly preload: string
  readonly url: string
  readonly devTools: boolean
  /** Path of the picture that Linux shows for the window; the other systems take it from the program. */
  readonly icon: string
  readonly state: JsonFile<WindowState>
  readonly log: (message: string) => void
  /** What must be asked before it is closed; null for nothing. */
  readonly closeQuestion: () => Promise<CloseQuestion | null>
}

/** Opens the window where it was. It is shown when its first paint is ready. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const state = options.state.read()
  const mode = nativeTheme.shouldUseDarkColors ? 'dark' : 'light'
  const mac = process.platform === 'darwin'
  const window = new BrowserWindow({
    ...boundsFor(
      state,
      screen.getAllDisplays().map((display) => display.workArea),
    ),
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    show: false,
    title: 'Gatehouse',
    ...(process.platform === 'linux' ? { icon: options.icon } : {}),
    backgroundColor: surface[mode],
    titleBarStyle: mac ? 'hiddenInset' : 'hidden',
    ...(mac ? {} : { titleBarOverlay: overlay(mode) }),
    autoHideMenuBar: true,
    webPreferences: webPreferences(options.preload, options.devTools),
  })
  window.once('ready-to-show', () => {
    if (state.maximised) window.maximize()
    window.show()
  })
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds()
    // Thrown on, it would keep from those that ask before the window is closed that it is.
    try {
      options.state.write({ x, y, width, height, maximised: window.isMaximized() })
    } catch (error) {
      options.log(`where the window stood was not kept: ${messageOf(error)}`)
    }
  })
  askBeforeClose(window, options.closeQuestion, (question) => closesOver(window, question))
  // What the page prevents stays prevented unless main says otherwise, and nobody is asked or told.
  window.webContents.on('will-prevent-unload', (event) => {
    if (closesAllTheSame(window)) event.preventDefault()
  })
  void window.loadURL(options.url)
  return window
}

/** Asks while everything goes on. Enter and Escape keep it open. */
const closesOver = async (window: BrowserWindow, { message, detail, close }: CloseQuestion): Promise<boolean> =>
  (
    await dialog.showMessageBox(window, {
      type: 'warning',
      title: 'Gatehouse',
      message,
      detail,
      buttons: ['Keep open', close],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
  ).response === 1

/** The page stays for one reason: a file that is being chosen or copied. */
const closesAllTheSame = (window: BrowserWindow): boolean =>
  dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: 'A file is still being attached to the audit.',
    detail: 'When Gatehouse is closed now, the file is not attached. What you typed is kept.',
    buttons: ['Keep open', 'Close without the file'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }) === 1

/** Follows the theme with what the page does not paint. */
export function paintWindow(window: BrowserWindow): void {
  const mode = nativeTheme.shouldUseDarkColors ? 'dark' : 'light'
  window.setBackgroundColor(surface[mode])
  if (process.platform !== 'darwin') window.setTitleBarOverlay(overlay(mode))
}

const overlay = (mode: 'dark' | 'light'): { color: string; symbolColor: string; height: number } => ({
  color: surface[mode],
  symbolColor: symbol[mode],
  height: toolbarHeight - 1,
})
