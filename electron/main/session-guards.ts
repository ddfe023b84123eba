import type { Session, WebContents } from 'electron'
import { appScheme, originOf } from './app-origin.ts'

/** What may run in the window: the app, and in development also the dev server. */
export interface Allowed {
  /** Exact origins of pages. */
  readonly origins: readonly string[]
  readonly development: boolean
}

/** True when the window may show `url`. */
export function mayNavigate(url: string, allowed: Allowed): boolean {
  const origin = originOf(url)
  return origin !== null && allowed.origins.includes(origin)
}

/** True when the window may fetch `url`. In a release nothing but the app itself ever is. */
export function mayRequest(url: string, allowed: Allowed): boolean {
  if (url.startsWith(`${appScheme}://`)) return mayNavigate(url, allowed)
  // Images drawn from data: never leave the process.
  if (url.startsWith('data:')) return true
  if (!allowed.development) return false
  if (url.startsWith('devtools://')) return true
  return mayNavigate(url.replace(/^ws/, 'http'), allowed)
}

/** Denies permissions, devices and screen capture, and every request for something that is not the app. */
export function guardSession(session: Session, allowed: Allowed): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}))
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }))
  for (const chooser of ['select-hid-device', 'select-serial-port', 'select-usb-device'] as const) {
    // The overloads of `on` do not take a union of names; the three share this shape.
    ;(session as NodeJS.EventEmitter).on(chooser, (event: { preventDefault(): void }, _details: unknown, choose: (id?: string) => void) => {
      event.preventDefault()
      choose()
    })
  }
  session.on('will-download', (event) => event.preventDefault())
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayRequest(details.url, allowed) }))
}

/** Keeps a page where it is: no navigation, redirect, frame or window elsewhere, no webview, and no datagrams. */
export function guardContents(contents: WebContents, allowed: Allowed): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (!mayNavigate(event.url, allowed)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-frame-navigate', (event) => (event.isMainFrame ? stay(event) : event.preventDefault()))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  // No policy of contents reaches WebRTC, which asks for no permission: without UDP it needs an address, and none is found (index.ts).
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}

/**
 * Where no event can refuse (a page may always show `about:blank` in its own frame), and from a page of its own that is none, the window goes
 * back to `home`: "Not found" has no way on. A home that is not there itself stays, or it would be loaded for ever.
 */
export function returnHome(contents: Pick<WebContents, 'on' | 'loadURL'>, home: string, allowed: Allowed): void {
  contents.on('did-navigate', (_event, url, status) => {
    if (!mayNavigate(url, allowed) || (status >= 400 && url !== home)) void contents.loadURL(home)
  })
}
