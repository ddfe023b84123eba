import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pushTemplateSchema } from '#shared/model/push-template.ts'
import { controls } from '../../policy/registry.ts'
import { render } from './render.ts'
import { sampleGenerated, sampleValues } from './sample-values.testing.ts'
import { shippedTemplate, shippedTemplates } from './templates.ts'

const template = shippedTemplates()[0]?.manifest ?? expect.fail()

test.each(shippedTemplates().map(({ manifest }) => [manifest.id, manifest] as const))(
  '%s renders, names controls that exist, and is named by them',
  (_, manifest) => {
    expect(render(manifest, sampleValues(manifest), sampleGenerated).files.every(({ content }) => !content.includes('{{'))).toBe(true)
    for (const id of manifest.unseen ?? []) expect(controls.map((control) => control.id)).toContain(id)
    for (const id of manifest.fixes) {
      const remediation = controls.find((control) => control.id === id)?.remediation
      const { template: first, otherEngines, otherFirewalls, also = [] } = remediation ?? {}
      expect([id, [first, otherEngines, otherFirewalls, ...also].includes(manifest.id)]).toEqual([id, true])
    }
  },
)

test('what is missing is named at once; a value of the host that does not fit is shown, the words of a command line are not', () => {
  const login = shippedTemplate('oauth2-proxy-oidc').manifest
  expect(() => render(login, { unit: 'a.service', program: '/bin/a', client: 'ai' })).toThrow(
    /needs what neither the host nor the fleet file says: issuer \(a word .*\); domains \(/,
  )
  const sandbox = shippedTemplate('systemd-sandbox').manifest
  expect(() => render(sandbox, { unit: 'a.service', writes: ['/root', '/srv/models'] })).toThrow(
    'writes of systemd-sandbox is /root, /srv/models, and must be a path below /usr/share/',
  )
  expect(() => render(login, { ...sampleValues(login), issuer: 'a secret' })).toThrow('issuer of oauth2-proxy-oidc must be a word')
})

test('a root without a slash at its end is that path alone', () => {
  const { manifest } = shippedTemplate('systemd-sandbox')
  const written = (path: string) => () => render(manifest, { unit: 'a.service', writes: [path] })
  expect(written('/models')().files[0]?.content).toContain('ReadWritePaths=/models')
  for (const path of ['/models2', '/modelsx/a', '/mnt', '/']) expect(written(path)).toThrow('writes')
})

test('models are watched wherever they lie, also in the home of root', () => {
  const { manifest } = shippedTemplate('auditd-models-watch')
  const watched = (path: string) => () => render(manifest, { directories: [path] })
  expect(watched('/root/.ollama/models')().files[0]?.content).toContain('-w /root/.ollama/models -p wa')
  for (const path of ['/', '/srv/my models', '/srv/../etc']) expect(watched(path)).toThrow('of letters, digits, dots, - and _')
})

test('a value stands where its placeholder was', () => {
  const [file] = render(template, { port: 11500 }).files
  expect(file?.content.split('\n').slice(2)).toEqual(['[Service]', 'Environment="OLLAMA_HOST=127.0.0.1:11500"', ''])
  expect(file?.state).toMatch(/^[0-9a-f]{64}:0:0:644$/)
})

test('the words of a command line stand in one directive, in their order', () => {
  const given = {
    unit: 'vllm@a.service',
    program: '/opt/vllm/bin/vllm',
    arguments: ['serve', '/srv/m', '--lora', 'a=b,c', '--lora', 'a=b,c'],
  }
  const [key, dropIn] = render(shippedTemplate('vllm-credential').manifest, given).files
  expect(key).toMatchObject({ path: '/etc/gatehouse/vllm.env', content: 'VLLM_API_KEY=', random: true, state: 'kept:0:0:600' })
  const command = dropIn?.content
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.startsWith('ExecStart='))
  expect(command).toEqual([
    'ExecStart=',
    'ExecStart=/opt/vllm/bin/vllm serve /srv/m --lora a=b,c --lora a=b,c --host 127.0.0.1 --port 8000',
  ])
  for (const word of ['a b', '$HOME', '%h', 'a;b', "a'", '"', 'a\\', '', '‹redacted›'])
    expect(() => render(shippedTemplate('vllm-credential').manifest, { ...given, arguments: [word] })).toThrow('arguments')
})

test('the parts of a login stand where they are asked for; a name that is a directive is refused', () => {
  const { manifest } = shippedTemplate('caddy-ollama')
  const values = { ...sampleValues(manifest), modelAdmins: ['10.0.1.5', '10.0.2.0/24'] }
  const [logins, site] = render(manifest, values).files
  expect(logins?.content).toBe(`basicauth {\n    analyst $2b$10$${'a'.repeat(53)}\n}\n`)
  expect(site?.content).toContain('remote_ip 127.0.0.1\n        remote_ip 10.0.1.5\n        remote_ip 10.0.2.0/24\n')
  expect(() => render(manifest, { ...values, logins: [`import:$2b$10$${'a'.repeat(53)}`] })).toThrow('caddy')
})

describe('strict', () => {
  test.each([
    ['an unknown name', { host: 1 }],
    ['a text', { port: '11434' }],
    ['a privileged port', { port: 80 }],
    ['more than there are', { port: 65_536 }],
    ['no number', { port: Number.NaN }],
    ['a fraction', { port: 11434.5 }],
    ['nothing', { port: undefined }],
    ['a name of every object', { constructor: 1 }],
  ])('%s is an error', (_, given) => expect(() => render(template, given)).toThrow(/port|parameter/))

  test('a placeholder without a parameter is an error', () => {
    const file = { ...template.files[0], lines: ['a={{nothing}}'] }
    expect(() => render(pushTemplateSchema.parse({ ...template, files: [file] }), {})).toThrow('{{nothing}}')
  })

  test('no value whatever leaves its directive', () => {
    const shape = render(template, {}).files.map(({ content }) => content.replace('11434', 'PORT'))
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.string(), fc.integer(), fc.constantFrom('1\nExecStart=/bin/sh', '"', '%h', '$(id)', '\0')),
        (port) => {
          try {
            const { files } = render(template, { port })
            expect(files.map(({ content }) => content.replace(/:\d{4,5}"/, ':PORT"'))).toEqual(shape)
          } catch (error) {
            expect(error).toMatchObject({ failure: { code: 'push.not-possible' } })
          }
        },
      ),
    )
  })
})

describe('a file may lie where its kind writes and nowhere else', () => {
  test.each([
    '/etc/passwd',
    '/etc/systemd/system/../a.service.d/a.conf',
    '/etc/systemd/system/a.service',
    'etc/systemd/system/a.service.d/a.conf',
  ])('%s', (path) => {
    const parsed = pushTemplateSchema.parse({ ...template, files: [{ ...template.files[0], path }] })
    expect(() => render(parsed, {})).toThrow('is no place')
  })
})

describe('a manifest', () => {
  test.each([
    ['that others may write', { mode: '666' }],
    ['with a line that is two', { lines: ['a\nb'] }],
    ['with a key nobody knows', { command: ['rm'] }],
  ])('%s is refused', (_, change) => {
    const files = [{ ...template.files[0], ...change }]
    expect(pushTemplateSchema.safeParse({ ...template, files }).success).toBe(false)
  })
})

describe('lists', () => {
  const kind = 'nftables'
  const list = (type: 'network' | 'port') => ({ type, many: true, required: false, title: 'x' })
  const made = pushTemplateSchema.parse({
    ...{ id: 'lists', version: 1, title: 'x', about: 'x', source: 'x', danger: 'none', fixes: ['a'], subject: '{{ports}}' },
    parameters: { networks: list('network'), ports: list('port') },
    files: [
      {
        ...{ kind, path: '/etc/nftables.conf', uid: 0, gid: 0, mode: '644' },
        lines: [
          { each: 'networks', with: 'ports', family: 4, lines: ['four {{networks}} {{ports}}'] },
          { each: 'networks', family: 6, lines: ['six {{networks}}'] },
          'all {{ports *}}',
        ],
      },
    ],
  })
  const lines = (networks: readonly string[], ports: readonly string[]) => render(made, { networks, ports }).files[0]?.content

  test('pairs, one version of IP, and all of them in a line', () =>
    expect(lines(['10.0.0.0/8', 'fd00::/8', '10.1.0.1'], ['80', '443'])).toBe(
      'four 10.0.0.0/8 80\nfour 10.0.0.0/8 443\nfour 10.1.0.1 80\nfour 10.1.0.1 443\nsix fd00::/8\nall 80 443\n',
    ))
  test('an empty one gives no line, and is an error within one', () => {
    expect(lines([], ['80'])).toBe('all 80\n')
    expect(() => lines([], [])).toThrow('is empty')
  })
  test('a subject that names one is each of its values', () =>
    expect(render(made, { networks: [], ports: ['80', '443'] }).subjects).toEqual(['80', '443']))
})

test('a host on which nothing is open for the template is told so, not what the value must be', () => {
  expect(() => render(shippedTemplate('services-masked').manifest, {})).toThrow(/what services-masked fixes is not open on this host/)
})

test('a link: its state is where it leads, as the host says it', () => {
  const link = { kind: 'unit-mask', each: 'units', path: '/etc/systemd/system/{{units}}', target: '/dev/null' }
  const parameters = { units: { type: 'unit', many: true, title: 'x' } }
  const made = pushTemplateSchema.parse({ ...template, unit: undefined, parameters, files: [link] })
  // echo /dev/null | sha256sum
  const state = 'link:cab66070a27e6d3f01242d7f83f55429e42dd6f7e37a06997150cf58a6bf8fe0'
  const { files } = render(made, { units: ['a.service', 'b.service'] })
  expect(files.map(({ path }) => path)).toEqual(['/etc/systemd/system/a.service', '/etc/systemd/system/b.service'])
  expect(files[0]).toMatchObject({ content: '/dev/null\n', mode: '777', state })
})
