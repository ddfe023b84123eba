import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { contentSecurityPolicy } from '../../electron/main/app-protocol.ts'
import { expect, launchGatehouse, standingApp, test } from '../fixtures/app.ts'
import { ask } from '../fixtures/ask.ts'

test.describe('the page', () => {
  const standing = standingApp()

  test('reaches nothing of Node or Electron, and one frozen pipe', async () => {
    const { page } = standing()
    const found = await page.evaluate(() => ({
      types: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].map(
        (name) => typeof Reflect.get(window, name),
      ),
      pipe: Object.keys(window.gatehouse).sort(),
      frozen: Object.isFrozen(window.gatehouse),
    }))
    expect(found).toEqual({ types: Array(7).fill('undefined'), pipe: ['invoke', 'on'], frozen: true })
  })

  test('runs sandboxed and isolated, as stated', async () => {
    const { app } = standing()
    const preferences = await app.evaluate(({ webContents }) =>
      // Not in Electron's types.
      webContents.getAllWebContents().map((it) => (it as unknown as { getLastWebPreferences(): object }).getLastWebPreferences()),
    )
    expect(preferences).toHaveLength(1)
    expect(preferences[0]).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
    })
  })

  test('carries the policy and nosniff, and asks nobody but the app', async () => {
    const { app, page } = standing()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const response = await page.reload()
    await page.waitForSelector('#root > *')
    expect(response?.headers()['content-security-policy']).toBe(contentSecurityPolicy)
    expect(response?.headers()['x-content-type-options']).toBe('nosniff')
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((url) => !/^(gatehouse:\/\/app\/|data:)/.test(url))).toEqual([])
    const script = asked.find((url) => url.endsWith('.js'))
    const served = await app.evaluate(async ({ net }, url) => {
      const { status, headers } = await net.fetch(url)
      return { status, policy: headers.get('content-security-policy'), type: headers.get('content-type') }
    }, script ?? '')
    expect(served).toEqual({ status: 200, policy: contentSecurityPolicy, type: 'text/javascript; charset=utf-8' })
  })

  test('is not served anything outside its folder', async () => {
    const { app } = standing()
    const paths = [
      '%2e%2e/package.json',
      '..%2fmain%2findex.js',
      '%2e%2e%2fmain%2findex.js',
      '..%5cmain%5cindex.js',
      '%252e%252e%252fmain%252findex.js',
      '/etc/passwd',
      '%2fetc%2fpasswd',
      '../main/index.js',
      'assets/../../main/index.js',
      'index.html%00.js',
    ]
    const answers = await app.evaluate(
      ({ net }, all) => Promise.all(all.map(async (path) => [path, (await net.fetch(`gatehouse://app/${path}`)).status])),
      paths,
    )
    expect(answers).toEqual(paths.map((path) => [path, 404]))
  })

  test('is granted no permission and no device', async () => {
    const { page } = standing()
    const outcome = await page.evaluate(async () => {
      const tried = async (task: () => Promise<unknown>): Promise<string> => {
        try {
          const value = await task()
          return typeof value === 'string' ? value : 'allowed'
        } catch (error) {
          return (error as Error).name
        }
      }
      const states = await Promise.all(
        ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'midi'].map(async (name) => {
          try {
            return (await navigator.permissions.query({ name: name as PermissionName })).state
          } catch {
            return 'unknown to this browser'
          }
        }),
      )
      return {
        camera: await tried(() => navigator.mediaDevices.getUserMedia({ video: true })),
        screen: await tried(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
        notification: await tried(() => Notification.requestPermission()),
        place: await tried(
          () => new Promise((done, failed) => navigator.geolocation.getCurrentPosition(done, () => failed(new Error('x')))),
        ),
        clipboard: await tried(() => navigator.clipboard.readText()),
        granted: states.filter((state) => state === 'granted'),
      }
    })
    expect(outcome).toEqual({
      camera: expect.stringMatching(/Error$/),
      screen: expect.stringMatching(/Error$/),
      notification: 'denied',
      place: 'Error',
      clipboard: expect.stringMatching(/Error$/),
      granted: [],
    })
  })

  test('is answered with values, whatever it sends', async () => {
    const { page } = standing()
    const replies = await page.evaluate(async () => {
      const { invoke } = window.gatehouse
      return [
        await invoke('no:such', null),
        await invoke('__proto__', null),
        await invoke('fleet:load', null),
        await invoke('fleet:load', { path: 7 }),
        await invoke('settings:set', { theme: '<b>', letterKeys: 'yes' }),
      ]
        .map((reply) => JSON.parse(reply))
        .map(({ ok, failure }) => [ok, failure?.code])
    })
    expect(replies).toEqual(Array(5).fill([false, 'ipc.invalid']))
  })

  test('hears events without their Electron event, and only those of Gatehouse', async () => {
    const { app, page } = standing()
    await page.evaluate(() => {
      const heard: unknown[] = []
      Reflect.set(window, 'heard', heard)
      window.gatehouse.on('job:changed', (...args: unknown[]) => heard.push(args))
      window.gatehouse.on('no:such', () => heard.push('no:such'))
    })
    await app.evaluate(({ BrowserWindow }) => {
      for (const name of ['job:changed', 'no:such', 'audit:changed'])
        BrowserWindow.getAllWindows()[0]?.webContents.send('gatehouse:event', name, 'extra')
    })
    await expect.poll(() => page.evaluate(() => Reflect.get(window, 'heard'))).toEqual([[]])
  })

  test('reports no crash to anyone', async () => {
    const { app } = standing()
    expect(await app.evaluate(({ crashReporter }) => crashReporter.getUploadToServer())).toBe(false)
  })
})

test.describe('the page, provoked', () => {
  test('comes back from a page of its own that is not there', async ({ gatehouse }) => {
    gatehouse.provoke(/404|style/)
    const { page } = gatehouse
    for (const url of ['gatehouse://app/none.html', 'gatehouse://app/assets/', 'gatehouse://app/../../etc/passwd']) {
      await page.evaluate((to) => void location.assign(to), url)
      await page.waitForURL('gatehouse://app/')
      await expect(page.locator('#root > *').first()).toBeVisible()
    }
  })

  test('goes nowhere else and opens no window', async ({ gatehouse }) => {
    gatehouse.provoke(/Not allowed to (load local resource|navigate top frame to data URL)/)
    const { app, page } = gatehouse
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'gatehouse://evil/', 'data:text/html,<h1>x</h1>', 'about:blank']) {
      await page.evaluate((to) => {
        const link = document.createElement('a')
        link.href = to
        document.body.append(link)
        link.click()
        link.target = '_blank'
        link.click()
        link.remove()
        window.open(to)
        window.open(to, '_self')
      }, url)
    }
    // An empty page cannot be refused beforehand; it is left at once.
    await expect(page.locator('#root > *').first()).toBeVisible()
    expect(page.url()).toBe('gatehouse://app/')
    const count = await app.evaluate(({ BrowserWindow, webContents }) => [
      BrowserWindow.getAllWindows().length,
      webContents.getAllWebContents().length,
    ])
    expect(count).toEqual([1, 1])
  })

  test('frames nothing, not even itself', async ({ gatehouse }) => {
    gatehouse.provoke(/Content Security Policy|securitypolicyviolation|^request: /)
    const frames = await gatehouse.page.evaluate(async () => {
      for (const src of ['gatehouse://app/index.html', 'https://example.com/', 'about:srcdoc']) {
        const frame = document.createElement('iframe')
        frame.src = src
        document.body.append(frame)
      }
      const view = document.createElement('webview')
      view.setAttribute('src', 'https://example.com/')
      document.body.append(view)
      await new Promise((done) => setTimeout(done, 300))
      return [...document.querySelectorAll('iframe')].map((frame) => {
        try {
          return frame.contentWindow?.document.body?.childElementCount ?? null
        } catch {
          return 'opaque'
        }
      })
    })
    expect(frames.filter((it) => typeof it === 'number' && it > 0)).toEqual([])
  })

  test('runs no text as code and reaches no network', async ({ gatehouse }) => {
    gatehouse.provoke(/Content Security Policy|securitypolicyviolation|'Trusted|^request: |Not allowed to load local resource/)
    const outcome = await gatehouse.page.evaluate(async () => {
      const tried = async (task: () => unknown): Promise<string> => {
        try {
          await task()
          return 'allowed'
        } catch (error) {
          return (error as Error).name
        }
      }
      // In a task of the page's own: the debugger that runs this function is exempt.
      const later = (task: () => unknown): Promise<string> => new Promise((done) => setTimeout(() => done(tried(task))))
      const loaded = (element: HTMLElement & { src: string }, src: string): Promise<string> =>
        new Promise((done) => {
          element.onload = () => done('allowed')
          element.onerror = () => done('refused')
          element.src = src
          document.body.append(element)
        })
      const script = (src: string): Promise<string> =>
        new Promise((done) => {
          const element = document.createElement('script')
          element.onload = () => done('allowed')
          element.onerror = () => done('refused')
          try {
            element.src = src
          } catch (error) {
            done((error as Error).name)
          }
          document.body.append(element)
        })
      return {
        // biome-ignore lint/security/noGlobalEval: that it is refused is the point.
        eval: await later(() => window.eval('1')),
        function: await later(() => new Function('return 1')()),
        markup: await tried(() => {
          document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'
        }),
        fetch: await tried(() => fetch('https://example.com/')),
        fetchOwn: await tried(() => fetch('gatehouse://app/index.html')),
        socket: await tried(
          () =>
            new Promise((done, failed) => {
              const socket = new WebSocket('wss://example.com/')
              socket.onopen = done
              socket.onerror = () => failed(new Error('refused'))
            }),
        ),
        image: await loaded(document.createElement('img'), 'https://example.com/a.png'),
        localFile: await loaded(document.createElement('img'), 'file:///usr/share/pixmaps/debian-logo.png'),
        script: await script('https://example.com/a.js'),
        worker: await tried(() => navigator.serviceWorker.register('/sw.js')),
      }
    })
    expect(outcome).toEqual({
      eval: 'EvalError',
      function: 'EvalError',
      markup: 'TypeError',
      fetch: 'TypeError',
      fetchOwn: 'TypeError',
      socket: expect.stringMatching(/Error$/),
      image: 'refused',
      localFile: 'refused',
      script: 'TypeError',
      worker: expect.stringMatching(/Error$/),
    })
  })
})

test.describe('the page, past its policy', () => {
  test('sends nothing by WebRTC, and has no name looked up', async ({ gatehouse: { app, page, userData } }) => {
    const heard: string[] = []
    const datagrams = createSocket('udp4').on('message', (message) => heard.push(`${message.length} bytes by UDP`))
    const connections = createServer((socket) => {
      heard.push('a connection')
      socket.on('error', () => undefined)
    })
    await new Promise<void>((bound) => datagrams.bind(0, '127.0.0.1', bound))
    await new Promise<void>((bound) => connections.listen(0, '127.0.0.1', bound))
    const netLog = join(userData, 'net.json')
    await app.evaluate(({ session }, file) => session.defaultSession.netLog.startLogging(file), netLog)
    const tried = await page.evaluate(
      async ([udp, tcp]) => {
        const servers = [
          `stun:127.0.0.1:${udp}`,
          'stun:planted-stun.example.org',
          `turn:127.0.0.1:${udp}?transport=udp`,
          `turn:127.0.0.1:${tcp}?transport=tcp`,
          'turn:planted-turn.example.org?transport=tcp',
        ].map((urls) => ({ urls, username: 'a secret', credential: 'x' }))
        const [here, there] = [new RTCPeerConnection({ iceServers: servers }), new RTCPeerConnection()]
        here.createDataChannel('x')
        const offer = await here.createOffer()
        await here.setLocalDescription(offer)
        await there.setRemoteDescription(offer)
        const answer = await there.createAnswer()
        await there.setLocalDescription(answer)
        await here.setRemoteDescription(answer)
        // What a peer says of itself is the page's own word here.
        for (const place of [`udp 1 127.0.0.1 ${udp} typ host`, `tcp 1 127.0.0.1 ${tcp} typ host tcptype passive`])
          await here.addIceCandidate({ candidate: `candidate:1 1 ${place}`, sdpMid: '0', sdpMLineIndex: 0 })
        for (const rel of ['dns-prefetch', 'preconnect']) {
          const link = document.createElement('link')
          link.rel = rel
          link.href = `https://planted-${rel}.example.org/`
          document.head.append(link)
        }
        await new Promise((done) => setTimeout(done, 1500))
        const state = here.iceGatheringState
        here.close()
        there.close()
        return state
      },
      [(datagrams.address() as AddressInfo).port, (connections.address() as AddressInfo).port] as const,
    )
    await app.evaluate(({ session }) => session.defaultSession.netLog.stopLogging())
    datagrams.close()
    connections.close()
    expect(tried).not.toBe('new')
    expect(heard).toEqual([])
    expect([...readFileSync(netLog, 'utf8').matchAll(/planted-[a-z-]+/g)].map(([name]) => name)).toEqual([])
  })
})

test.describe('the program', () => {
  test('keeps its folder to its owner', async ({ gatehouse: { page, userData } }) => {
    await ask(page, 'settings:set', { theme: 'dark', letterKeys: true })
    expect(statSync(userData).mode & 0o777).toBe(0o700)
    expect(statSync(join(userData, 'data')).mode & 0o777).toBe(0o700)
    const own = readdirSync(join(userData, 'data'), { withFileTypes: true }).filter((entry) => entry.isFile())
    for (const { name } of own) expect([name, statSync(join(userData, 'data', name)).mode & 0o077]).toEqual([name, 0])
    expect(statSync(join(userData, 'settings.json')).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(join(userData, 'settings.json'), 'utf8'))).toEqual({ theme: 'dark', letterKeys: true })
  })

  test('runs once per data folder', async ({ gatehouse: { app, userData } }) => {
    const second = await launchGatehouse({ userData }).then(
      () => 'opened',
      () => 'ended',
    )
    expect(second).toBe('ended')
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  test('starts with damaged files of its own, which it keeps aside', async () => {
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs')
    const userData = mkdtempSync('/tmp/gatehouse-e2e-damaged-')
    writeFileSync(join(userData, 'settings.json'), '{"theme":')
    writeFileSync(join(userData, 'window.json'), '{"width":1e99,"height":-3}')
    const running = await launchGatehouse({ userData })
    const settings = await ask(running.page, 'settings:get', null)
    await running.close()
    expect(settings).toEqual({ ok: true, value: { theme: 'system', letterKeys: true } })
    expect(readdirSync(userData).filter((name) => name.includes('.damaged-'))).toHaveLength(2)
    rmSync(userData, { recursive: true })
  })
})
