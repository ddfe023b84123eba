import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer as createSilentServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isInstalled, shells } from '#testing/installed.ts'
import { sections } from './collect.ts'
import { parseCertificates } from './parse.ts'

const openssl = 'openssl'

let folder = ''
let server: Server | undefined
let port = 0

beforeAll(async () => {
  if (!isInstalled(openssl)) return
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-certificates-'))
  const at = (name: string) => join(folder, name)
  execFileSync(
    openssl,
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      at('key'),
      '-out',
      at('a b.crt'),
      '-days',
      '30',
      '-subj',
      '/CN=ai.example',
    ],
    { stdio: 'ignore' },
  )
  writeFileSync(at('both.pem'), readFileSync(at('key'), 'utf8') + readFileSync(at('a b.crt'), 'utf8'))
  writeFileSync(at('empty.pem'), 'nothing\n')
  server = createServer({ key: readFileSync(at('key')), cert: readFileSync(at('a b.crt')), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterAll(() => {
  server?.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** Runs the section as the probe does, but with a dump from here instead of what nginx prints. */
async function run(shell: readonly string[], dump: string): Promise<string> {
  const section = sections().find(({ id }) => id === 'certificates')
  if (section?.kind !== 'script') throw new Error('not a script')
  const [program = 'sh', ...words] = shell
  // Its own awk, which not every busybox takes by itself.
  const own = program === 'busybox' ? 'awk() { busybox awk "$@"; }\n' : ''
  const child = spawn(program, [...words, '-c', own + section.script, 'gatehouse', ...section.parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(dump)
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`it ended with ${code}`)
  return out
}

test.runIf(isInstalled(openssl)).each(shells)('%s reads the certificates, never a key, and tries the ports', async (...shell) => {
  const out = await run(
    shell,
    `# configuration file ${folder}/nginx.conf:
http { server { listen ${port} ssl default_server; server_name _; ssl_reject_handshake on; } server {
  # ssl_certificate /commented/out;
  listen ${port} ssl http2; server_name ai.example "*.ai.example"; ssl_certificate both.pem; ssl_certificate_key key;
} server { listen 127.0.0.1:${port} ssl; ssl_certificate ${folder}/missing.pem; ssl_certificate '${folder}/empty.pem';
  ssl_certificate $ssl_server_name.crt; } server { listen 80; server_name plain.example; } }
`,
  )
  expect(out).not.toContain('PRIVATE')
  const read = parseCertificates(out)
  expect(read.certificates.map(({ path, subject, keyType }) => [path, subject, keyType])).toEqual([
    [join(folder, 'both.pem'), 'CN=ai.example', 'ec'],
  ])
  expect(read.unreadable.map(({ path, reason }) => `${path.slice(folder.length)}: ${reason}`)).toEqual([
    '/missing.pem: it is missing, or the audit account may not read it',
    '/empty.pem: it holds no PEM certificate',
  ])
  expect(
    read.endpoints.map(({ port: asked, serverName, versions, untested, served }) => [
      asked === port,
      serverName,
      versions,
      untested,
      served?.subject,
    ]),
  ).toEqual([
    [true, '', [], [], 'CN=ai.example'],
    [true, 'ai.example', ['1.2'], [], 'CN=ai.example'],
    [true, 'gatehouse-probe.ai.example', [], [], 'CN=ai.example'],
  ])
})

test.runIf(isInstalled(openssl) && isInstalled('timeout'))(
  'a port that does not answer is asked once, and no version of it is taken for refused',
  async () => {
    let asked = 0
    const silent = createSilentServer(() => {
      asked++
    })
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port: where } = silent.address() as AddressInfo
    const { endpoints } = parseCertificates(await run(['sh'], `http { server { listen ${where} ssl; } }\n`))
    silent.close()
    expect(asked).toBe(1)
    expect(endpoints).toMatchObject([{ port: where, versions: [], untested: ['1.0', '1.1', '1.2', '1.3'] }])
  },
)

const old = ['TLSv1', 'TLSv1.1'] as const
test.runIf(isInstalled(openssl)).each([
  ['TLSv1', 'TLSv1.3', ['1.0', '1.1', '1.2', '1.3']],
  ['TLSv1', 'TLSv1.1', ['1.0', '1.1']],
  ['TLSv1', 'TLSv1', ['1.0']],
  ['TLSv1.1', 'TLSv1.1', ['1.1']],
  ['TLSv1.1', 'TLSv1.2', ['1.1', '1.2']],
  ['TLSv1.2', 'TLSv1.3', ['1.2', '1.3']],
] as const)('a server of %s to %s is seen to speak what it speaks, and to refuse the rest', async (minVersion, maxVersion, versions) => {
  const at = (name: string) => readFileSync(join(folder, name))
  const ciphers = old.some((one) => one === minVersion) ? 'DEFAULT@SECLEVEL=0' : 'DEFAULT'
  const other = createServer({ key: at('key'), cert: at('a b.crt'), minVersion, maxVersion, ciphers })
  other.on('tlsClientError', () => undefined)
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port: where } = other.address() as AddressInfo
  const { endpoints } = parseCertificates(await run(['sh'], `http { server { listen ${where} ssl; server_name a.example; } }\n`))
  other.close()
  expect(endpoints).toMatchObject([{ port: where, versions, untested: [], served: { subject: 'CN=ai.example' } }])
})

test.runIf(isInstalled(openssl)).each(shells)('%s does not ask again for what a client without a name got', async (...shell) => {
  let asked = 0
  const at = (name: string) => readFileSync(join(folder, name))
  const other = createServer({ key: at('key'), cert: at('a b.crt') }, () => asked++)
  other.on('tlsClientError', () => undefined)
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port: where } = other.address() as AddressInfo
  const out = await run(
    shell,
    `http { server { listen ${where} ssl default_server; } server { listen ${where} ssl; server_name a.example; } }\n`,
  )
  other.close()
  expect(parseCertificates(out).endpoints).toMatchObject([
    { serverName: '', versions: [], served: { subject: 'CN=ai.example' } },
    { serverName: 'a.example', versions: ['1.2', '1.3'], untested: [], served: { subject: 'CN=ai.example' } },
  ])
  expect(out).toMatch(/^#version \d+ a\.example tls1_3 .*New, TLSv1\.3, Cipher is TLS_/m)
  expect(asked).toBe(2)
})

test.each(shells)('%s tells that there was no dump to read', async (...shell) => {
  await expect(run(shell, '')).rejects.toThrow('it ended with 4')
})
