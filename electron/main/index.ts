import '#shared/jitless.ts'
import { chmodSync, mkdirSync } from 'node:fs'
import { url as inspectorUrl } from 'node:inspector'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, BrowserWindow, ipcMain, nativeTheme, protocol, safeStorage, session, utilityProcess } from 'electron'
import { failureOf } from '#shared/errors.ts'
import { isEvent } from '#shared/ipc/channels.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import icon from '../../assets/icons/linux/512x512.png?asset'
import manifest from '../../package.json' with { type: 'json' }
import { createFileDialogs } from '../platform/file-dialogs.ts'
import { jsonFile } from '../platform/json-file.ts'
import { logFile } from '../platform/log-file.ts'
import { printPdf } from '../platform/print-pdf.ts'
import { createSecretStore } from '../platform/secret-store.ts'
import { advisoriesHandlers } from './advisories.handlers.ts'
import { appHandlers } from './app.handlers.ts'
import { appOrigin, appUrl } from './app-origin.ts'
import { appSchemePrivileges, serveApp } from './app-protocol.ts'
import { auditHandlers } from './audit.handlers.ts'
import { closeQuestion } from './close-question.ts'
import { confirmationOf, confirmNatively } from './confirmations.ts'
import { showContextMenus } from './context-menu.ts'
import { createEngineHost } from './engine-host.ts'
import { utilityEngine } from './engine-process.ts'
import { expectedHandlers } from './expected.handlers.ts'
import { fleetHandlers } from './fleet.handlers.ts'
import { rememberFleet } from './fleet-memory.ts'
import { watchHostChanges } from './host-changes.ts'
import { callPipe, createRelay, eventPipe, senderOf } from './ipc-relay.ts'
import { setMenu } from './menu.ts'
import { packHandlers } from './pack.handlers.ts'
import { planHandlers } from './plan.handlers.ts'
import { guardContents, guardSession, returnHome } from './session-guards.ts'
import { createSessionRole, roleFile } from './session-role.ts'
import { createSettingsStore } from './settings-store.ts'
import { templateHandlers } from './template.handlers.ts'
import { openWindow, paintWindow } from './window.ts'
import { firstWindowState, windowStateSchema } from './window-bounds.ts'

// Before the app is ready, and never awaited at the top level: that would keep the app from becoming ready.
protocol.registerSchemesAsPrivileged([appSchemePrivileges])
// As root, with --no-sandbox (development and tests), this would kill every child.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
// A release cannot be inspected (fuse), so its window cannot be debugged from outside either.
if (app.isPackaged && inspectorUrl() === undefined) {
  for (const way of ['remote-debugging-port', 'remote-debugging-pipe']) app.commandLine.removeSwitch(way)
}

const development = !app.isPackaged
const devServer = development ? process.env.ELECTRON_RENDERER_URL : undefined
// A page's own requests are refused, but it could ask for names (dns-prefetch) and connect by WebRTC. Nothing that Chromium does here needs either: names and
// addresses are found for nobody. The engine connects by Node, which asks the system.
app.commandLine.appendSwitch('host-resolver-rules', `MAP * ~NOTFOUND${devServer ? `, EXCLUDE ${new URL(devServer).hostname}` : ''}`)
const allowed = { origins: devServer ? [appOrigin, new URL(devServer).origin] : [appOrigin], development }

const userFolder = app.getPath('userData')
// Chromium may have made the first one already.
for (const folder of [userFolder, join(userFolder, 'data'), join(userFolder, 'logs')]) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
}
const dataFolder = join(userFolder, 'data')
const logFolder = join(userFolder, 'logs')
const log = logFile(join(logFolder, 'main.log'))

app.on('web-contents-created', (_event, contents) => guardContents(contents, allowed))
app.on('window-all-closed', () => app.quit())

if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()

function start(): void {
  let window: BrowserWindow | null = null
  const settings = createSettingsStore(join(userFolder, 'settings.json'), log)
  const secrets = createSecretStore(safeStorage, join(userFolder, 'secrets.json'), process.platform, log)
  const dialogs = createFileDialogs(() => window)
  const tell = (event: string): void => {
    if (isEvent(event)) window?.webContents.send(eventPipe, event)
  }

  guardSession(session.defaultSession, allowed)
  serveApp(protocol, join(import.meta.dirname, '../renderer'))
  setMenu(development)
  nativeTheme.themeSource = settings.get().theme
  nativeTheme.on('updated', () => window && paintWindow(window))

  const engine = createEngineHost({
    fork: () => utilityEngine(utilityProcess, join(import.meta.dirname, 'engine.js'), log),
    init: { dataFolder, logFolder, home: homedir(), version: manifest.version, secretsAvailable: secrets.available },
    changed: tell,
    restore: () => fleet.opened(),
    secret: async (request) => {
      try {
        if (request.operation === 'get') return { ok: true, value: (await secrets.get(request.name)) ?? null }
        await (request.operation === 'set' ? secrets.set(request.name, request.value) : secrets.delete(request.name))
        return { ok: true, value: null }
      } catch (thrown) {
        return { ok: false, failure: failureOf(thrown) }
      }
    },
    log,
  })
  const fleet = rememberFleet(engine.call)
  const changes = watchHostChanges(fleet.call)
  app.on('quit', () => engine.stop())

  const role = createSessionRole({ file: roleFile(join(userFolder, 'role.json'), log), engine: engine.call, changed: tell })

  const relay = createRelay({
    contracts,
    handlers: {
      ...appHandlers({
        version: manifest.version,
        versions: process.versions as { electron: string; chrome: string; node: string },
        platform: process.platform,
        dataFolder,
        secretsAvailable: secrets.available,
        engine,
        settings,
        applied: ({ theme }) => {
          nativeTheme.themeSource = theme
          tell('settings:changed')
        },
      }),
      ...role.handlers,
      ...fleetHandlers(dialogs, fleet.call),
      ...advisoriesHandlers(dialogs, engine.call),
      ...templateHandlers(dialogs, engine.call),
      ...expectedHandlers(dialogs, engine.call),
      ...planHandlers(dialogs, engine.call),
      ...auditHandlers(dialogs, engine.call),
      ...packHandlers({
        dialogs,
        engine: engine.call,
        print: (html) =>
          printPdf(
            {
              session: () => session.fromPartition('print', { cache: false }),
              open: (options) => new BrowserWindow(options),
              origin: appOrigin,
            },
            html,
          ),
        dataFolder,
        now: () => new Date(),
      }),
    },
    engine: changes.call,
    refusal: role.refusal,
    confirm: async (channel, input) =>
      window !== null && (await confirmNatively(window, await confirmationOf(channel, input, engine.call))),
    isOwnWindow: (contents) => contents === window?.webContents.id,
    allowedOrigins: allowed.origins,
    log,
  })
  ipcMain.handle(callPipe, async (event, channel: unknown, input: unknown) => JSON.stringify(await relay(senderOf(event), channel, input)))

  const home = devServer ?? appUrl
  window = openWindow({
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    url: home,
    devTools: development,
    icon,
    state: jsonFile(join(userFolder, 'window.json'), windowStateSchema, firstWindowState, log),
    log,
    closeQuestion: () => closeQuestion(engine.call, changes.question),
  })
  // The first screen is drawn before the engine starts, which would compete with it; calls made before are held.
  window.webContents.once('dom-ready', () => engine.start())
  returnHome(window.webContents, home, allowed)
  showContextMenus(window)
  window.on('closed', () => {
    window = null
  })
  let lastReload = 0
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log(`the window's page ended: ${reason}`)
    // A page that dies again at once would only do so for ever.
    if (reason === 'clean-exit' || Date.now() - lastReload < 5000) return
    lastReload = Date.now()
    window?.webContents.reload()
  })
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
}
