import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DemoHost, text } from '../../electron/testing/demo/demo-host.ts'
import { gpu01 } from '../../electron/testing/demo/hosts/gpu-01.ts'
import { gpu04 } from '../../electron/testing/demo/hosts/gpu-04.ts'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { filesThatHold, namesIn, plant, textOfDatabase } from '../fixtures/planted-secrets.ts'
import { serveFleet } from '../fixtures/served-fleet.ts'
import { GatehousePage } from '../pages/gatehouse.page.ts'

/** What the admin types, mistakes included. */
const typed = {
  'wrong passphrase': plant('no-'),
  passphrase: plant('pass-'),
  'wrong code': plant('no-'),
  'one-time code': plant('otp-'),
  'wrong password': plant('no-'),
  password: plant('pw-'),
}

/** What lies on the host, where an audit looks. */
const onHost = {
  'API key on a command line': plant(),
  'API key as a word of its own': plant(),
  'password in an address': plant(),
  'token in a unit': plant('hf_'),
  'key of a container': plant(),
  'htpasswd hash': `${plant().slice(0, 8)}$${plant().slice(0, 22)}`,
  'bearer token of a proxy': plant(),
  'private key in a configuration': plant(),
  'password in the settings of sshd': plant(),
}

/** gpu-01 with a secret in what it is asked for. Simulated hosts mask nothing, unlike the probe on a real one: Gatehouse's own mask must hold. */
const careless: DemoHost = {
  ...gpu01,
  processes: gpu01.processes.map((process) => ({
    ...process,
    argv: [
      ...process.argv,
      ...(process.name === 'vllm'
        ? [
            `--api-key=${onHost['API key on a command line']}`,
            '--api-key',
            onHost['API key as a word of its own'],
            '--otlp-traces-endpoint',
            `https://collector:${onHost['password in an address']}@10.20.2.9/v1`,
          ]
        : []),
    ],
  })),
  units: gpu01.units.map((unit) => ({
    ...unit,
    properties: { ...unit.properties, Environment: `HF_HUB_OFFLINE=1 HF_TOKEN=${onHost['token in a unit']}` },
  })),
  containers: gpu04.containers.map((container) => ({
    ...container,
    command: [...container.command, `--api-key=${onHost['key of a container']}`],
  })),
  files: new Map([
    ...gpu01.files,
    [
      '/etc/nginx/conf.d/notes.conf',
      text(`# operator:$apr1$${onHost['htpasswd hash']}
proxy_set_header Authorization "Bearer ${onHost['bearer token of a proxy']}";
# -----BEGIN PRIVATE KEY-----
# ${onHost['private key in a configuration']}
# -----END PRIVATE KEY-----
`),
    ],
  ]),
  sshd: [...gpu01.sshd, `banner password=${onHost['password in the settings of sshd']}`],
}

test('no secret that was typed or that lies on a host is left in the data folder', async () => {
  test.setTimeout(120_000)
  const logins = { jumpCode: typed['one-time code'], hostPassword: typed.password }
  const served = await serveFleet([careless], { passphrase: typed.passphrase, logins })
  const keyFile = readFileSync(join(served.home, 'id_ed25519'), 'utf8').split('\n')[1] ?? ''
  const secrets = { ...typed, ...onHost, 'key file': keyFile }
  const userData = await mkdtemp('/tmp/gatehouse-e2e-secrets-')
  const database = join(userData, 'data', 'gatehouse.db')
  const running = await launchGatehouse({ userData, env: { HOME: served.home, SSH_AUTH_SOCK: '' } })
  let said = ''
  for (const stream of [running.app.process().stdout, running.app.process().stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  try {
    const it = new GatehousePage(running)
    const answer = async (asked: string | RegExp, secret: string) => {
      await expect(it.dialog).toContainText(asked)
      await it.dialog.locator('input').fill(secret)
      await it.page.keyboard.press('Enter')
    }
    await it.invoke('fleet:load', { path: served.fleetFile })
    await it.page.getByRole('button', { name: 'Run audit' }).click()
    await answer('Passphrase of a private key', typed['wrong passphrase'])
    await answer(/attempt 2.*Passphrase of a private key/s, typed.passphrase)
    await answer('bastion-01 asks before it lets you in', typed['wrong code'])
    await answer(/attempt 2.*bastion-01 asks/s, typed['one-time code'])
    await answer('Password for gatehouse-ro on gpu-01', typed['wrong password'])
    await answer(/attempt 2.*Password for/s, typed.password)
    await it.auditIsFinished()
    // What the host said is there, so the secrets were there to be kept.
    const kept = textOfDatabase(database)
    for (const near of ['--api-key', 'HF_TOKEN=', 'collector:', '$apr1$', 'Bearer ', 'PRIVATE KEY', 'banner password='])
      expect(kept).toContain(near)
    expect(namesIn(Buffer.from(kept), secrets)).toEqual([])
    // The write-ahead log is there only now.
    expect(filesThatHold(userData, secrets)).toEqual([])

    // A dump of a process that dies with the secrets in its memory would be in the folder.
    const engine = await running.app.evaluate(({ app }) => app.getAppMetrics().find(({ name }) => name === 'Gatehouse engine')?.pid)
    process.kill(engine ?? 0, 'SIGSEGV')
    await expect
      .poll(() => it.invoke('app:info'))
      .toMatchObject({ engine: 'running', engineMessage: expect.stringContaining('The engine ended') })
    await running.app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<void>((done) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents
          contents?.once('did-finish-load', () => done())
          contents?.forcefullyCrashRenderer()
        }),
    )
  } finally {
    await running.close()
    await served.stop()
  }
  expect(filesThatHold(userData, secrets)).toEqual([])
  expect(namesIn(Buffer.from(said), secrets)).toEqual([])

  // The search itself: one planted secret in a file of the folder is found, in every form that a program may write it.
  const planted = join(userData, 'logs', 'planted')
  for (const form of ['utf8', 'utf16le', 'hex', 'base64'] as const) {
    const content = Buffer.from(`before ${typed.password} after`)
    writeFileSync(planted, form === 'utf16le' ? content.toString() : content.toString(form), form === 'utf16le' ? form : 'utf8')
    expect(filesThatHold(userData, secrets)).toEqual([`${planted}: password`])
  }
  await rm(userData, { recursive: true })
})
