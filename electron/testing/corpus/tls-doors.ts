import type { KeyObject } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { DemoHost } from '../demo/demo-host.ts'
import { answersOf, type Door, doorOf } from '../demo/responders.ts'
import { makeCertificate } from './make-certificate.ts'

/** Keys of the certificates that were issued here, by the certificate file that a host has. */
const keys = new Map<string, KeyObject>()

const validFrom = new Date('2026-01-01T00:00:00Z')
const caName = 'dc1 test CA'
const ca = { ...makeCertificate({ name: caName, validFrom, validTo: new Date('2045-01-01T00:00:00Z') }), name: caName }

/** A certificate file for vllm.dc1.example that is valid until then, its issuer behind it. A port that names it can be shaken hands with. */
export function issuedUntil(validTo: string): string {
  const { pem, key } = makeCertificate({ name: 'vllm.dc1.example', validFrom, validTo: new Date(validTo), issuer: ca })
  const file = pem + ca.pem
  keys.set(file, key)
  return file
}

/** What happens to a connection from the jump host: as in the demo, but ports with a certificate of ours speak TLS. */
export function corpusDoor(host: DemoHost, port: number): Door {
  const listener = host.listeners.find((one) => one.port === port && !one.address.startsWith('127.'))
  const inside = listener && insideTls(host, listener.process)
  const cert = inside?.certificate === undefined ? undefined : host.files.get(inside.certificate)?.content
  const key = cert && keys.get(cert)
  if (!inside || !key || host.closedToJump?.includes(port)) return doorOf(host, port)
  const server = createServer({ key: key.export({ type: 'pkcs8', format: 'pem' }), cert, ciphers: inside.ciphers ?? sound }, inside.answers)
  server.on('tlsClientError', () => undefined)
  return { admit: (stream) => void server.emit('connection', stream) }
}

/** What a server takes that is set up well. */
const sound = 'ECDHE-ECDSA-AES128-GCM-SHA256'

interface InsideTls {
  readonly ciphers?: string | undefined
  readonly certificate: string | undefined
  readonly answers: RequestListener
}

/** Where Caddy of the corpus keeps the certificate that it serves. */
export const caddyCertificate = '/var/lib/caddy/vllm.dc1.example.crt'

function insideTls(host: DemoHost, program: string): InsideTls | undefined {
  if (program === 'caddy') {
    const config = JSON.stringify(host.caddies)
    const hsts = /"Strict-Transport-Security":\["([^"]+)"\]/.exec(config)?.[1]
    return { certificate: caddyCertificate, answers: throughProxy(host, { login: /http_basic/.test(config), hsts }) }
  }
  if (program === 'nginx') {
    const site = [...host.files].find(([path]) => path.startsWith('/etc/nginx/sites-enabled/'))?.[1].content ?? ''
    const hsts = /Strict-Transport-Security "([^"]+)" always/.exec(site)?.[1]
    const answers = throughProxy(host, { login: /auth_basic_user_file/.test(site), hsts })
    return { certificate: /ssl_certificate ([^;]+);/.exec(site)?.[1], ciphers: /ssl_ciphers ([^;]+);/.exec(site)?.[1], answers }
  }
  const argv = host.processes.find(({ name }) => name === program)?.argv ?? []
  const at = argv.indexOf('--ssl-certfile')
  const answers = answersOf(host, program)
  return at < 0 || answers === undefined ? undefined : { certificate: argv[at + 1], answers }
}

/** What the proxies of the corpus do: `/v1/` goes to the engine where no login is asked for, the rest does not exist. */
const throughProxy =
  (host: DemoHost, { login, hsts }: { readonly login: boolean; readonly hsts?: string | undefined }): RequestListener =>
  (request, response) => {
    if (hsts !== undefined) response.setHeader('strict-transport-security', hsts)
    const engine = answersOf(host, host.processes.find(({ name }) => answersOf(host, name))?.name ?? '')
    if (!request.url?.startsWith('/v1/') || engine === undefined) response.writeHead(404).end()
    else if (login) response.writeHead(401, { 'www-authenticate': 'Basic realm="AI"' }).end()
    else engine(request, response)
  }
