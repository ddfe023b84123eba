import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { extractFile, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { FuseState } from '@electron/fuses/dist/constants.js'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { ask } from '../fixtures/ask.ts'
import { drivableCopy, packProgram } from '../fixtures/packaged.ts'

/** Development and tests only: as root Chromium does not sandbox. */
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []

let packed: string
test.beforeAll(() => {
  test.setTimeout(120_000)
  packed = packProgram()
})

test('the fuses of the packed program are those of a release', async () => {
  const wire = await getCurrentFuseWire(packed)
  const off = FuseState.DISABLE
  const on = FuseState.ENABLE
  expect(wire[FuseV1Options.RunAsNode]).toBe(off)
  expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(off)
  expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(off)
  expect(wire[FuseV1Options.EnableCookieEncryption]).toBe(on)
  expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(on)
  expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(on)
  expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(off)
})

test('the archive holds the built app and its two native packages, and nothing stands beside it', () => {
  const resources = join(packed, '..', 'resources')
  expect(readdirSync(resources).filter((name) => name === 'app' || name === 'default_app.asar')).toEqual([])
  const files = listPackage(join(resources, 'app.asar'), { isPack: false })
  expect(files).toEqual(
    expect.arrayContaining(['/out/main/index.js', '/out/main/engine.js', '/out/preload/index.cjs', '/out/renderer/index.html']),
  )
  const packages = new Set(
    files.map((file) => /^\/node_modules\/(@[^/]+\/[^/]+|[^@/][^/]*)\/package\.json$/.exec(file)?.[1]).filter((it) => it !== undefined),
  )
  expect(packages).toContain('ssh2')
  expect(packages).toContain('libsql')
  for (const stranger of ['cpu-features', 'nan', 'react', 'electron', 'vite', 'zod', 'node']) expect(packages).not.toContain(stranger)
  expect(files.filter((file) => /\.(ts|tsx|map|test\.js)$/.test(file) && !file.startsWith('/node_modules/'))).toEqual([])
  const manifest = JSON.parse(extractFile(join(resources, 'app.asar'), 'package.json').toString()) as { main: string }
  expect(manifest.main).toBe('out/main/index.js')
})

test('the release starts, runs its engine, and lets nobody attach', async () => {
  const userData = await mkdtemp('/tmp/gatehouse-e2e-release-')
  const child: ChildProcess = spawn(
    packed,
    [...asRoot, `--user-data-dir=${userData}`, '--remote-debugging-port=19333', '--inspect=19334'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '--inspect=19335' },
    },
  )
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  await expect.poll(() => existsSync(join(userData, 'data', 'gatehouse.db')), { message: said, timeout: 40_000 }).toBe(true)
  for (const port of [19333, 19334, 19335]) {
    const answer = await fetch(`http://127.0.0.1:${port}/json/version`).then(
      () => 'answered',
      () => 'refused',
    )
    expect([port, answer]).toEqual([port, 'refused'])
  }
  expect(said).not.toMatch(/Debugger listening|DevTools listening/)
  expect(child.exitCode).toBe(null)
  child.kill('SIGTERM')
  await ended
  await rm(userData, { recursive: true, force: true })
})

test('a release is not a Node', async () => {
  const child = spawn(packed, [...asRoot, '-e', 'console.log("ran as node")', '--version'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await new Promise((done) => {
    child.once('close', done)
    setTimeout(() => child.kill('SIGKILL'), 3000)
  })
  expect(said).not.toContain('ran as node')
})

test('the packed window shows the app, and its developer tools stay closed', async () => {
  test.setTimeout(120_000)
  const copy = await drivableCopy(packed)
  try {
    const running = await launchGatehouse({ executable: copy.program, args: asRoot })
    expect(running.page.url()).toBe('gatehouse://app/')
    expect(await ask(running.page, 'app:info', null)).toMatchObject({
      ok: true,
      value: { engine: 'running' },
    })
    const tools = await running.app.evaluate(async ({ app, BrowserWindow, Menu }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      contents?.openDevTools({ mode: 'detach' })
      await new Promise((done) => setTimeout(done, 500))
      const roles = (menu: Electron.Menu | null): string[] =>
        menu?.items.flatMap((item) => [String(item.role ?? item.label).toLowerCase(), ...roles(item.submenu ?? null)]) ?? []
      return { packaged: app.isPackaged, open: contents?.isDevToolsOpened(), menu: roles(Menu.getApplicationMenu()) }
    })
    expect(tools).toMatchObject({ packaged: true, open: false })
    expect(tools.menu).toContain('copy')
    expect(tools.menu).not.toContain('toggledevtools')
    expect(tools.menu).not.toContain('reload')
    await running.close()
  } finally {
    await copy.remove()
  }
})
