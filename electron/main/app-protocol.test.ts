import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appResponse, appSchemePrivileges, contentSecurityPolicy, fileFor, serveApp } from './app-protocol.ts'

let folder: string
beforeAll(() => {
  const base = mkdtempSync(join(tmpdir(), 'gatehouse-app-'))
  folder = join(base, 'renderer')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(base, 'secret.js'), 'secret')
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  writeFileSync(join(folder, 'assets', 'index-a1_b-2.js'), 'export {}')
  writeFileSync(join(folder, 'assets', '.hidden.js'), 'hidden')
  writeFileSync(join(folder, 'assets', 'data.json'), '{}')
  mkdirSync(join(folder, 'folder.js'))
  symlinkSync(join(base, 'nowhere.js'), join(folder, 'dangling.js'))
})
afterAll(() => rmSync(join(folder, '..'), { recursive: true }))

const get = (url: string): Promise<Response> => appResponse({ url, method: 'GET' }, folder)

describe('the app protocol', () => {
  test.each([
    ['gatehouse://app/', 'text/html; charset=utf-8'],
    ['gatehouse://app/index.html', 'text/html; charset=utf-8'],
    ['gatehouse://app/?theme=dark', 'text/html; charset=utf-8'],
    ['gatehouse://app/index.html#host', 'text/html; charset=utf-8'],
    ['gatehouse://app/assets/index-a1_b-2.js', 'text/javascript; charset=utf-8'],
  ])('serves %s as %s', async (url, type) => {
    const response = await get(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
  })

  const hostile = [
    'gatehouse://app/../secret.js',
    'gatehouse://app/assets/../../secret.js',
    'gatehouse://app/%2e%2e/secret.js',
    'gatehouse://app/..%2fsecret.js',
    'gatehouse://app/%2e%2e%2fsecret.js',
    'gatehouse://app/assets/..%2f..%2fsecret.js',
    'gatehouse://app/..%5csecret.js',
    'gatehouse://app/..\\secret.js',
    'gatehouse://app/%252e%252e%252fsecret.js',
    'gatehouse://app/assets//index-a1_b-2.js',
    'gatehouse://app//etc/passwd',
    'gatehouse://app/%2fetc%2fpasswd',
    'gatehouse://app/C:/windows/win.js',
    'gatehouse://app/index.html%00.js',
    'gatehouse://app/index.html::$DATA',
    'gatehouse://app/assets/.hidden.js',
    'gatehouse://app/assets/data.json',
    'gatehouse://app/assets/',
    'gatehouse://app/assets',
    'gatehouse://app/folder.js',
    'gatehouse://app/dangling.js',
    'gatehouse://app/missing.js',
    'gatehouse://app/%E0%A4%A',
    'gatehouse://app/%ff.js',
    'gatehouse://app:80/index.html',
    'gatehouse://user@app/index.html',
    'gatehouse://app.evil/index.html',
    'gatehouse://evil/index.html',
    'gatehouse:///index.html',
    'http://app/index.html',
    'file:///etc/passwd',
    'not a url',
    '',
  ]
  test.each(hostile)('refuses %s', async (url) => {
    const response = await get(url)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('Not found')
  })

  test('no path leaves the folder', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '%2e', '%2f', '%5c', '\\', '/', 'a.js', '%00', '%25', ':', '~'),
      fc.string({ maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const file = fileFor(`gatehouse://app/${pieces.join('')}`)
        if (file === null) return
        expect(file).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9_.@-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.@-]*)*$/)
        expect(file.split('/')).not.toContain('..')
      }),
      { numRuns: 2000 },
    )
  })

  test.each(['POST', 'PUT', 'HEAD', 'DELETE'])('answers GET only, not %s', async (method) => {
    expect((await appResponse({ url: 'gatehouse://app/', method }, folder)).status).toBe(405)
  })

  test.each(['gatehouse://app/', 'gatehouse://app/assets/index-a1_b-2.js', 'gatehouse://app/missing.js', 'gatehouse://evil/'])(
    'sends the policy and nosniff with %s',
    async (url) => {
      const { headers } = await get(url)
      expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  test('the policy is the one of the security bar', () => {
    expect(contentSecurityPolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'none'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    )
  })

  test('the scheme may not bypass the policy, fetch or register service workers', () => {
    expect(appSchemePrivileges).toEqual({
      scheme: 'gatehouse',
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: false,
        corsEnabled: false,
        allowServiceWorkers: false,
        bypassCSP: false,
      },
    })
  })

  test('is what the protocol is handled by', async () => {
    const handled = new Map<string, (request: Request) => unknown>()
    serveApp({ handle: (scheme, handler) => void handled.set(scheme, handler) }, folder)
    const response = (await handled.get('gatehouse')?.({ url: 'gatehouse://app/', method: 'GET' } as Request)) as Response
    expect(await response.text()).toBe('<!doctype html>')
  })
})
