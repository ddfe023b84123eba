import type { BrowserWindowConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import { type PrintParts, printPdf } from './print-pdf.ts'

function parts(fails = false) {
  const seen: string[] = []
  const options: BrowserWindowConstructorOptions[] = []
  let request: ((details: { url: string }, answer: (it: { cancel: boolean }) => void) => void) | undefined
  let serve: (() => Response) | undefined
  let permission: ((contents: unknown, permission: string, answer: (granted: boolean) => void) => void) | undefined
  let checked: (() => boolean) | undefined
  const session = {
    protocol: {
      handle: (scheme: string, handler: () => Response) => {
        seen.push(`handle ${scheme}`)
        serve = handler
      },
      unhandle: (scheme: string) => seen.push(`unhandle ${scheme}`),
    },
    setPermissionRequestHandler: (handler: typeof permission) => {
      permission = handler
    },
    setPermissionCheckHandler: (handler: () => boolean) => {
      checked = handler
    },
    webRequest: {
      onBeforeRequest: (handler: typeof request) => {
        request = handler
      },
    },
  }
  const window = {
    loadURL: async (url: string) => {
      seen.push(`load ${url} ${await serve?.().text()}`)
    },
    webContents: {
      printToPDF: async () => {
        if (fails) throw new Error('no printer')
        return Buffer.from('%PDF-')
      },
    },
    destroy: () => seen.push('destroy'),
  }
  const made = {
    session: () => session,
    open: (it: BrowserWindowConstructorOptions) => {
      options.push(it)
      return window
    },
    origin: 'gatehouse://app',
  } as unknown as PrintParts
  const cancelled = (url: string) => {
    let answer: boolean | undefined
    request?.({ url }, ({ cancel }) => {
      answer = cancel
    })
    return answer
  }
  const granted = () => {
    let answer: boolean | undefined
    permission?.({}, 'media', (it) => {
      answer = it
    })
    return [answer, checked?.()]
  }
  return { made, seen, options, cancelled, granted }
}

test('a hidden page without scripts, whose only request is itself', async () => {
  const { made, seen, options, cancelled, granted } = parts()
  expect(await printPdf(made, '<p>x')).toEqual(Buffer.from('%PDF-'))
  expect(seen).toEqual(['handle gatehouse', 'load gatehouse://app/print.html <p>x', 'destroy', 'unhandle gatehouse'])
  expect(options[0]).toMatchObject({ show: false, webPreferences: { javascript: false, sandbox: true, nodeIntegration: false } })
  expect(['gatehouse://app/print.html', 'gatehouse://app/index.html', 'https://example.org/', 'file:///etc/passwd'].map(cancelled)).toEqual(
    [false, true, true, true],
  )
  expect(granted()).toEqual([false, false])
})

test('the page is closed when it cannot be printed', async () => {
  const { made, seen } = parts(true)
  await expect(printPdf(made, '')).rejects.toThrow('no printer')
  expect(seen.slice(-2)).toEqual(['destroy', 'unhandle gatehouse'])
})
