import { describe, expect, test } from 'vitest'
import { vllm } from '#testing/corpus/bases.ts'
import { auditCorpusHost, corpusFleet } from '#testing/corpus/record.ts'
import { withFiles } from '#testing/corpus/sins/host.ts'
import { text } from '#testing/demo/demo-host.ts'
import { shippedBook } from '../../advisories/shipped.ts'
import { probeContextOf } from '../../facts/registry.ts'
import { hostOf } from '../../fleet/named-host.ts'
import { render } from '../templates/render.ts'
import { shippedTemplate } from '../templates/templates.ts'
import { nginxHindrance } from './planned-nginx.ts'

const OTHER = '/etc/nginx/conf.d/other.conf'
const { manifest } = shippedTemplate('nginx-openai')

async function planned(
  other: string,
  values: Record<string, string | number | readonly string[]> = {},
  [section, from, to]: readonly [string, string | RegExp, string] = ['', '', ''],
  template = manifest,
): Promise<string> {
  const fleet = corpusFleet(vllm)
  const host = hostOf(fleet, vllm.name)
  const { outputs } = await auditCorpusHost({ base: vllm, sins: other === '' ? [] : [withFiles({ [OTHER]: text(other) })] })
  const site = {
    ...{ serverName: 'ai.example', certificate: '/etc/nginx/tls/vllm.crt', certificateKey: '/etc/nginx/tls/vllm.key', port: 8000 },
    ...{ logins: [`kim:$2b$10$${'a'.repeat(53)}`], proxyGroup: 33, replaces: [] },
  }
  const rendered = render(template, (template === manifest ? { ...site, ...values } : values) as never)
  const policy = { fleet, host, now: Date.now(), advisories: shippedBook() }
  const said = outputs.map((output) => (output.id === section ? { ...output, stdout: output.stdout.replace(from, to) } : output))
  if (section !== '') expect(said).not.toEqual(outputs)
  return nginxHindrance({ manifest: template, rendered, outputs: said, probe: probeContextOf(fleet, host), policy })
}

const by = (listen: string, login = '') =>
  `server { listen ${listen} ssl; ssl_certificate /etc/nginx/tls/vllm.crt; ssl_certificate_key /etc/nginx/tls/vllm.key; ${login} location / { proxy_pass http://127.0.0.1:8000; } }`

describe('a name that another server would go on to answer at an address of its own', () => {
  test('without a login is refused while it is planned, with the address, the server and what to do', async () =>
    expect(await planned(by('10.20.4.11:443'))).toMatch(
      /^ai\.example:443 would stay open\. At 10\.20\.4\.11:443 another server answers this name, 10\.20\.4\.11:443\. .*replaces/,
    ))

  test.each([
    ['nothing of the kind', '', {}],
    ['the same socket', by('443'), {}],
    ['another port', by('10.20.4.11:8443'), {}],
    ['a login there', by('10.20.4.11:443', 'auth_basic x; auth_basic_user_file /etc/nginx/vllm.htpasswd;'), {}],
    ['a file that the push takes out of use', by('10.20.4.11:443'), { replaces: [OTHER] }],
  ])('%s', async (_, other, values) => expect(await planned(other, values)).toBe(''))
})

describe('TLS versions of a socket that another server is the default of', () => {
  const first = (protocols: string) => by('443', `server_name other.example; ${protocols}`).replace('443 ssl', '443 ssl default_server')
  const OLD = 'ssl_protocols TLSv1 TLSv1.2 TLSv1.3;'

  test('are refused while they are planned, with what to do', async () =>
    expect(await planned(first(OLD))).toMatch(/^ai\.example:443: ssl_protocols still names TLS 1\.0, .*default server: set ssl_protocols/))

  test.each([
    ['it names no old ones', first('ssl_protocols TLSv1.2 TLSv1.3;'), {}],
    ['it is none by default, and comes later', by('443', `server_name other.example; ${OLD}`), {}],
    ['it is the default of another port', first(OLD).replace('443', '8443'), {}],
    ['it goes', first(OLD), { replaces: [OTHER] }],
  ])('%s', async (_, other, values) => expect(await planned(other, values)).toBe(''))
})

describe('a socket that takes IPv4, too', () => {
  const both = by('[::]:443').replace('443 ssl', '443 ssl ipv6only=off')
  const why =
    /other\.conf has nginx take IPv4 by \[::\]:443 \(ipv6only=off\).*listen on \*:443, too: write listen 443 and listen \[::\]:443/

  test('is in the way of one for IPv4, also where its file goes: a reload hands it on', async () => {
    expect(await planned(both)).toMatch(why)
    expect(await planned(both, { replaces: [OTHER] })).toMatch(why)
  })

  test.each([
    ['another port', both.replace('443', '8443')],
    ['IPv6 alone', both.replace('=off', '=on')],
  ])('%s', async (_, other) => expect(await planned(other)).toBe(''))
})

describe('a log for every server that names none', () => {
  const log = shippedTemplate('nginx-ai-access-log').manifest
  const site = (own: string) => by('8444', `server_name ai.example; ${own}`)
  const values = { serverName: 'ai.example', port: 8444, proxyGroup: 33 }

  test.each([
    [
      'its own in other words',
      'access_log /var/log/nginx/own.log combined;',
      /^ai\.example:8444 would not be logged as JSON: .*take that line out/,
    ],
    ['none at all', 'access_log off;', /^ai\.example:8444 would not be logged as JSON: There is no access log/],
  ])('is refused while it is planned where the server has %s', async (_, own, why) =>
    expect(await planned(site(own), values, undefined, log)).toMatch(why),
  )

  test('holds where it names none', async () => expect(await planned(site(''), values, undefined, log)).toBe(''))
})

describe('an nginx that would not read the files is told while it is planned', () => {
  test('it was built for other folders', async () =>
    expect(await planned('', {}, ['nginx', /include [^;]*conf\.d[^;]*;/, ''])).toBe(
      'the nginx of the host does not read /etc/nginx/conf.d/00-gatehouse-ai-access.conf: no include of /etc/nginx/nginx.conf leads there',
    ))

  test('it runs with another file', async () =>
    expect(await planned('', {}, ['processes', /(nginx: master process \S+)[^\n]*/, '$1 -c /opt/other.conf'])).toContain(
      'nginx runs with /opt/other.conf, but nginx -T read /etc/nginx/nginx.conf',
    ))
})
