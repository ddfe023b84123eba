import { EventEmitter } from 'node:events'
import type { Session, WebContents } from 'electron'
import { describe, expect, test } from 'vitest'
import { originOf } from './app-origin.ts'
import { type Allowed, guardContents, guardSession, mayNavigate, mayRequest, returnHome } from './session-guards.ts'

const release: Allowed = { origins: ['gatehouse://app'], development: false }
const development: Allowed = { origins: ['gatehouse://app', 'http://localhost:5173'], development: true }

/** Records what the guards install; calls are made by the tests as Electron would make them. */
class FakeSession extends EventEmitter {
  readonly installed: Record<string, (...args: never[]) => unknown> = {}
  spellChecker = true
  readonly webRequest = { onBeforeRequest: (handler: (...args: never[]) => unknown) => this.keep('request', handler) }
  setPermissionRequestHandler = (handler: (...args: never[]) => unknown) => this.keep('permission', handler)
  setPermissionCheckHandler = (handler: (...args: never[]) => unknown) => this.keep('check', handler)
  setDevicePermissionHandler = (handler: (...args: never[]) => unknown) => this.keep('device', handler)
  setDisplayMediaRequestHandler = (handler: (...args: never[]) => unknown) => this.keep('display', handler)
  setBluetoothPairingHandler = (handler: (...args: never[]) => unknown) => this.keep('bluetooth', handler)
  setSpellCheckerEnabled = (on: boolean) => {
    this.spellChecker = on
  }
  keep(name: string, handler: (...args: never[]) => unknown): void {
    this.installed[name] = handler
  }
  call(name: string, ...args: unknown[]): unknown {
    return this.installed[name]?.(...(args as never[]))
  }
}

const guarded = (allowed: Allowed): FakeSession => {
  const session = new FakeSession()
  guardSession(session as unknown as Session, allowed)
  return session
}

class FakeContents extends EventEmitter {
  openHandler: ((details: { url: string }) => unknown) | undefined
  webRtcPolicy = 'default'
  setWebRTCIPHandlingPolicy = (policy: string) => {
    this.webRtcPolicy = policy
  }
  setWindowOpenHandler = (handler: (details: { url: string }) => unknown) => {
    this.openHandler = handler
  }
  /** True when the event was refused. */
  try(name: string, details: object): boolean {
    let refused = false
    this.emit(name, {
      ...details,
      preventDefault: () => {
        refused = true
      },
    })
    return refused
  }
}
const contents = (allowed: Allowed): FakeContents => {
  const fake = new FakeContents()
  guardContents(fake as unknown as WebContents, allowed)
  return fake
}

describe('the session', () => {
  test.each([
    'media',
    'geolocation',
    'notifications',
    'midi',
    'clipboard-read',
    'fullscreen',
    'openExternal',
    'hid',
    'usb',
    'display-capture',
  ])('denies the permission %s when asked and when checked', (permission) => {
    const session = guarded(release)
    let answer: unknown
    session.call('permission', {}, permission, (it: boolean) => {
      answer = it
    })
    expect(answer).toBe(false)
    expect(session.call('check', null, permission)).toBe(false)
  })

  test('denies devices, screens and pairing', () => {
    const session = guarded(release)
    expect(session.call('device', { deviceType: 'usb' })).toBe(false)
    const answers: unknown[] = []
    session.call('display', {}, (it: unknown) => answers.push(it))
    session.call('bluetooth', {}, (it: unknown) => answers.push(it))
    expect(answers).toEqual([{}, { confirmed: false }])
  })

  test.each(['select-hid-device', 'select-serial-port', 'select-usb-device'])('%s chooses nothing', (event) => {
    const session = guarded(release)
    const chosen: unknown[] = []
    let prevented = false
    session.emit(
      event,
      {
        preventDefault: () => {
          prevented = true
        },
      },
      {},
      (...args: unknown[]) => chosen.push(args),
    )
    expect({ prevented, chosen }).toEqual({ prevented: true, chosen: [[]] })
  })

  test('downloads nothing and sends no words to a spell checker', () => {
    const session = guarded(release)
    let prevented = false
    session.emit('will-download', {
      preventDefault: () => {
        prevented = true
      },
    })
    expect(prevented).toBe(true)
    expect(session.spellChecker).toBe(false)
  })

  test.each([
    ['gatehouse://app/index.html', true, true],
    ['gatehouse://app/', true, true],
    ['gatehouse://evil/', false, false],
    ['gatehouse://app.evil/', false, false],
    ['gatehouse://app:1/', false, false],
    ['data:image/png;base64,AA', true, true],
    ['http://localhost:5173/main.tsx', false, true],
    ['ws://localhost:5173/', false, true],
    ['http://localhost:5174/', false, false],
    ['http://localhost:51730/', false, false],
    ['http://localhost:5173@evil.example/', false, false],
    ['https://localhost:5173/', false, false],
    ['devtools://devtools/bundled/inspector.html', false, true],
    ['https://example.com/', false, false],
    ['file:///etc/passwd', false, false],
    ['blob:gatehouse://app/1', false, false],
    ['ftp://example.com/', false, false],
    ['chrome://gpu', false, false],
    ['', false, false],
  ])('requests %s: release %s, development %s', (url, inRelease, inDevelopment) => {
    expect(mayRequest(url, release)).toBe(inRelease)
    expect(mayRequest(url, development)).toBe(inDevelopment)
    let answer: unknown
    guarded(release).call('request', { url }, (it: unknown) => {
      answer = it
    })
    expect(answer).toEqual({ cancel: !inRelease })
  })
})

describe('the page', () => {
  const elsewhere = [
    'https://example.com/',
    'http://app/',
    'gatehouse://app.evil/',
    'gatehouse://evil/app',
    'gatehouse://app@evil/',
    'gatehouse://app:80/',
    'gatehouse-x://app/',
    'GATEHOUSE2://app',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:gatehouse://app/x',
    'file:///tmp/x.html',
    'about:blank',
    'view-source:gatehouse://app/',
    '//evil',
    '',
    'gatehouse:app',
  ]
  test.each(elsewhere)('does not go to %s', (url) => {
    expect(mayNavigate(url, release)).toBe(false)
    const page = contents(release)
    expect(page.try('will-navigate', { url })).toBe(true)
    expect(page.try('will-redirect', { url })).toBe(true)
    expect(page.try('will-frame-navigate', { url, isMainFrame: true })).toBe(true)
    expect(page.openHandler?.({ url })).toEqual({ action: 'deny' })
  })

  test('may reload itself, and nothing else may be framed, opened or attached, not even itself', () => {
    const page = contents(release)
    const url = 'gatehouse://app/index.html'
    expect(page.try('will-navigate', { url })).toBe(false)
    expect(page.try('will-redirect', { url })).toBe(false)
    expect(page.try('will-frame-navigate', { url, isMainFrame: true })).toBe(false)
    expect(page.try('will-frame-navigate', { url, isMainFrame: false })).toBe(true)
    expect(page.try('will-attach-webview', {})).toBe(true)
    expect(page.webRtcPolicy).toBe('disable_non_proxied_udp')
    expect(page.openHandler?.({ url })).toEqual({ action: 'deny' })
  })
})

test('a page that got away all the same is brought back, and one that is home is left alone', () => {
  const loaded: string[] = []
  const page = Object.assign(new EventEmitter(), {
    loadURL: (url: string) => {
      loaded.push(url)
      return Promise.resolve()
    },
  })
  returnHome(page as unknown as WebContents, 'gatehouse://app/', release)
  page.emit('did-navigate', {}, 'gatehouse://app/index.html', 200)
  page.emit('did-navigate', {}, 'gatehouse://app/', 404)
  expect(loaded).toEqual([])
  page.emit('did-navigate', {}, 'about:blank', -1)
  expect(loaded).toEqual(['gatehouse://app/'])
  page.emit('did-navigate', {}, 'gatehouse://app/none.html', 404)
  expect(loaded).toEqual(['gatehouse://app/', 'gatehouse://app/'])
})

test.each([
  ['gatehouse://app/x', 'gatehouse://app'],
  ['GATEHOUSE://app/x', 'gatehouse://app'],
  ['gatehouse://APP/x', 'gatehouse://APP'],
  ['http://localhost:5173/a', 'http://localhost:5173'],
  ['about:blank', null],
  ['nothing', null],
])('the origin of %s is %s', (url, origin) => {
  expect(originOf(url)).toBe(origin)
})
