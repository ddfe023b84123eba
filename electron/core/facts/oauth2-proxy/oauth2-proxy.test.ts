import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sudoersLineFor } from '../../probe/sudoers.ts'
import { redact } from '../secrets.ts'
import { alphaPaths } from './alpha-mask.ts'
import { configPaths, sections } from './collect.ts'
import { parseConfigFile } from './config-file.ts'
import { secretBytes, shapeBytes } from './cookie-secret.ts'
import type { OAuth2Proxy } from './oauth2-proxy.ts'
import { effective, isTrue, type OptionName } from './options.ts'
import { parseOAuth2Proxies } from './parse.ts'
import { opens, skipRules } from './skip-rules.ts'

const only = (text: string): OAuth2Proxy => {
  const [proxy] = parseOAuth2Proxies(text) ?? []
  if (!proxy) throw new Error('none found')
  return proxy
}
const read = (...rows: readonly string[]) =>
  only(['@process 7 /system.slice/oauth2-proxy.service', '@argv', '=/usr/bin/oauth2-proxy', ...rows, '@end'].join('\n'))
const values = (proxy: OAuth2Proxy, name: OptionName) => {
  const found = effective(proxy, name)
  return found.known ? [found.source, ...found.values] : found.why
}

test('flags win over variables, variables over the file, the file over defaults', () => {
  const proxy = read(
    ...['=--email-domain=a.example', '=--email-domain', '=b.example,c.example', '=--reverse-proxy', '=--skip-jwt-bearer-tokens=false'],
    ...['@environment process', '=OAUTH2_PROXY_PROVIDER=oidc', '=OAUTH2_PROXY_EMAIL_DOMAINS=z.example', '=OAUTH2_PROXY_HTTP_ADDRESS='],
    ...[
      '@config read /etc/x.cfg',
      ':provider = "github"',
      ':upstreams = [',
      ':  "http://127.0.0.1:11434/", # ollama',
      ":  'file:///x'",
      ':]',
    ],
    ':Cookie_Secure=false',
  )
  expect(values(proxy, 'email_domains')).toEqual(['flag', 'a.example', 'b.example', 'c.example'])
  expect(values(proxy, 'reverse_proxy')).toEqual(['flag', 'true'])
  expect(values(proxy, 'skip_jwt_bearer_tokens')).toEqual(['flag', 'false'])
  expect(values(proxy, 'provider')).toEqual(['environment', 'oidc'])
  expect(values(proxy, 'http_address')).toEqual(['default', '127.0.0.1:4180'])
  expect(values(proxy, 'upstreams')).toEqual(['config', 'http://127.0.0.1:11434/', 'file:///x'])
  expect(values(proxy, 'cookie_secure')).toEqual(['config', 'false'])
  expect(values(proxy, 'cookie_httponly')).toEqual(['default', 'true'])
  expect(proxy).toMatchObject({ id: 'oauth2-proxy.service', pid: 7, container: false })
  expect(effective(proxy, 'upstreams')).toMatchObject({ line: 15 })
})

// viper splits one text at commas, and a flag as a row of CSV; entries of a list in the file stay what they are.
test.each<[string, readonly string[], readonly string[]]>([
  [
    'a list in the file',
    ['@environment process', '@config read /etc/x.cfg', ':skip_auth_routes = ["^/api/.{0,9}$", "^/b"]'],
    ['^/api/.{0,9}$', '^/b'],
  ],
  ['one text in the file', ['@environment process', '@config read /etc/x.cfg', ':skip_auth_routes = "^/a,^/b"'], ['^/a', '^/b']],
  ['a variable', ['@environment process', '=OAUTH2_PROXY_SKIP_AUTH_ROUTES=^/a,^/b'], ['^/a', '^/b']],
  ['a flag', ['=--skip-auth-route=^/a,^/b', '@environment process'], ['^/a', '^/b']],
  ['a flag with quotes', ['=--skip-auth-route="^/api/.{0,9}$","^/""b"', '@environment process'], ['^/api/.{0,9}$', '^/"b']],
])('where lists are split: %s', (_, rows, expected) => expect(values(read(...rows), 'skip_auth_routes').slice(1)).toEqual(expected))

// legacy_options.go: where there are both, the earlier name wins.
test.each<[string, readonly string[], readonly string[]]>([
  ['in the file', ['@environment process', '@config read /etc/x.cfg', ':google_group = ["a@x.org"]'], ['config', 'a@x.org']],
  ['as a variable', ['@environment process', '=OAUTH2_PROXY_GOOGLE_GROUP=a@x.org'], ['environment', 'a@x.org']],
  [
    'both',
    ['@environment process', '=OAUTH2_PROXY_GOOGLE_GROUPS=b@x.org', '=OAUTH2_PROXY_GOOGLE_GROUP=a@x.org'],
    ['environment', 'a@x.org'],
  ],
])('a name of earlier versions: %s', (_, rows, expected) => expect(values(read(...rows), 'google_groups')).toEqual(expected))

test.each<[string, readonly string[], RegExp]>([
  ['the file is unreadable', ['@environment process', '@config unreadable /etc/x.cfg'], /x\.cfg could not be read/],
  ['the file is in a container', ['@environment process', '@config inside /etc/x.cfg'], /inside a container/],
  ['the file has an unknown form', ['@environment process', '@config read /etc/x.cfg', ':a = """', ':b'], /line 1 of .* unknown form/],
  ['the environment is unreadable', ['@environment none'], /environment could not be read/],
  ['a file of the unit is unreadable', ['@environment partial', '=OAUTH2_PROXY_PROVIDER=oidc'], /environment could not be read/],
])('%s: what nothing else decides is unknown', (_, rows, why) => {
  const proxy = read('=--cookie-secure=true', ...rows)
  expect(values(proxy, 'cookie_secure')).toEqual(['flag', 'true'])
  expect(values(proxy, 'upstreams')).toMatch(why)
})

test('an unseen variable would win over the file', () => {
  expect(values(read('@environment none', '@config read /etc/x.cfg', ':cookie_secure = true'), 'cookie_secure')).toMatch(/environment/)
})

test.each<[string, readonly string[], object]>([
  [
    'its program',
    ['@program current /usr/local/bin/oauth2-proxy', '=oauth2-proxy v7.6.0 (built with go1.21.5)'],
    { text: '7.6.0', line: 5 },
  ],
  ['one of old', ['@program current /opt/o/oauth2_proxy', '=oauth2_proxy v5.1.1 (built with go1.14)'], { text: '5.1.1' }],
  [
    'a build without its number',
    ['@program current /bin/o', '=oauth2-proxy undefined (built with go1.25.3)'],
    { why: '/bin/o names no release' },
  ],
  ['another program that it runs in', ['@program current /usr/bin/node', '=v24.1.0'], { why: '/usr/bin/node names no release' }],
  ['one that others may write', ['@program open /home/a/o'], { why: expect.stringContaining('others than root may change /home/a/o') }],
  ['replaced', ['@program replaced /usr/bin/o'], { why: '/usr/bin/o was replaced since it was started' }],
  ['a bare name', ['@program unseen oauth2-proxy'], { why: 'its program oauth2-proxy was not found' }],
  ['its image', ['@image quay.io/oauth2-proxy/oauth2-proxy:v7.6.0-alpine'], { text: '7.6.0', from: 'image', line: 4 }],
  ['an image of a digest too', [`@image bitnami/oauth2-proxy:7.6.0-debian-12-r4@sha256:${'a'.repeat(64)}`], { text: '7.6.0' }],
  ['an image without a release', ['@image quay.io/oauth2-proxy/oauth2-proxy:latest'], { why: expect.stringContaining('names no release') }],
  ['nothing', [], { why: 'which program runs was not seen' }],
])('the version that runs is told by %s', (_, rows, expected) => {
  expect(read(...rows, '@environment process').version).toMatchObject(expected)
})

test('the alpha configuration is recognised, not guessed', () => {
  const proxy = read('=--alpha-config=/etc/alpha.yaml', '=--provider=oidc', '@environment process')
  expect(values(proxy, 'provider')).toBe('the alpha configuration /etc/alpha.yaml could not be read')
  expect(values(proxy, 'cookie_secure')).toMatch(/alpha configuration/)
  expect(values(proxy, 'auth_logging')).toEqual(['default', 'true'])
})

test('the alpha configuration rules what stands there, the classic settings the rest', () => {
  const rows = (path: string) => [
    ...['=--alpha-config=/etc/alpha.yaml', '@environment process', '=OAUTH2_PROXY_UPSTREAMS=http://10.0.0.1/', `@alpha read ${path}`],
    ...[':providers:', ':  - provider: oidc', ':    allowedGroups: [a]', ':server:', ':  BindAddress: ":4180"'],
  ]
  const proxy = read('=--http-address=127.0.0.1:4180', '=--email-domain=*', ...rows('/etc/alpha.yaml'))
  expect(values(proxy, 'provider')).toEqual(['alpha', 'oidc'])
  expect(effective(proxy, 'http_address')).toMatchObject({ values: [':4180'], line: 14 })
  expect(values(proxy, 'email_domains')).toEqual(['flag', '*'])
  expect(values(proxy, 'upstreams')).toEqual(['default'])
  expect(values(proxy, 'cookie_secure')).toMatch(/late versions/)
  // Another file than the one in use says nothing.
  expect(values(read(...rows('/etc/other.yaml')), 'provider')).toMatch(/could not be read/)
})

test('the alpha configuration may name another cookie secret', () => {
  const secret = (...rows: string[]) => read(...rows).cookieSecret?.source
  expect(secret('@environment process', '@secret environment 16 16 url')).toBe('environment')
  expect(secret('=--alpha-config=/a', '@environment process', '@secret environment 16 16 url')).toBeUndefined()
  expect(secret('=--alpha-config=/a', '@secret flag 16 16 url', '@environment process')).toBe('flag')
})

test('cut short is not read', () => {
  expect(parseOAuth2Proxies('@process 7 /x\n@argv\n=oauth2-proxy')).toBeUndefined()
  expect(parseOAuth2Proxies('@end\n')).toEqual([])
})

// Lengths of values made by the commands of the documentation, and those that do not decode.
test.each([
  [44, 43, true, 32],
  [43, 43, true, 32],
  [32, 32, true, 24],
  [24, 22, true, 16],
  [16, 16, true, 16],
  [16, 16, false, 16],
  [44, 43, false, 44],
  [5, 5, true, 5],
])('a secret of %i letters (%i bare, URL-safe %s) has %i bytes', (written, bare, safe, bytes) => {
  expect(secretBytes(written, bare, safe)).toBe(bytes)
  expect(shapeBytes(`"${(safe ? 'x' : 'o').repeat(bare)}${'='.repeat(written - bare)}" # note`)).toBe(bytes)
})

test('a shape that is no single string has no length', () => {
  expect([shapeBytes('"""xx'), shapeBytes('xx'), shapeBytes('"xx" "x"')]).toEqual([undefined, undefined, undefined])
})

const known = (...list: string[]) => ({ known: true as const, values: list, source: 'config' as const, line: 3 })

test.each([
  ['/api/', 'POST', '/api/pull', true],
  ['^/api/tags$', 'GET', '/api/pull', false],
  ['GET=^/health', 'POST', '/health', false],
  ['get=^/health', 'GET', '/health', true],
  ['POST!=^/v1/', 'POST', '/api/pull', true],
  ['POST!=^/v1/', 'POST', '/v1/models', false],
  ['!=^/v1/', 'DELETE', '/api/delete', true],
  ['(?R)', 'GET', '/', undefined],
])('skip_auth_routes %s, %s %s: %s', (text, method, path, expected) => {
  const [rule] = skipRules(known(text), known())
  expect(rule && opens(rule, method, path)).toBe(expected)
})

test('skip_auth_regex names a path only', () => {
  const [rule] = skipRules(known(), known('GET=x'))
  expect(rule && [opens(rule, 'POST', '/GET=x'), opens(rule, 'GET', '/x')]).toEqual([true, false])
})

test.each([
  ['a = "b\\"c"', { a: ['b"c'] }],
  ["a = 'b\\c'", { a: ['b\\c'] }],
  ['a = [ "x", "y", ]', { a: ['x', 'y'] }],
  ['a = []', { a: [] }],
  ['a = 5 # five\n\n# only words\nb=true', { a: ['5'], b: ['true'] }],
])('reads %j', (text, expected) => {
  const file = parseConfigFile(text.split('\n'))
  expect(file.ok && Object.fromEntries([...file.entries].map(([key, entry]) => [key, entry.values]))).toEqual(expected)
})

test.each([['a'], ['[table]\na = 1'], ['a = ["x"'], ['a = ["x" "y"]'], ['a = "x" y'], ['a = '], ['a = "x']])('refuses %j', (text) => {
  expect(parseConfigFile(text.split('\n'))).toMatchObject({ ok: false })
})

test('property: any text is read or refused', () => {
  const piece = fc.constantFrom(
    'a',
    '=',
    '[',
    ']',
    '"',
    "'",
    ',',
    '#',
    '\n',
    '\\',
    ' ',
    '@process 1 /x\n',
    '@argv\n',
    '@end\n',
    ':',
    '@config read /x\n',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('')
      parseConfigFile(text.split('\n'))
      const found = parseOAuth2Proxies(text)
      for (const proxy of found ?? []) expect(typeof effective(proxy, 'upstreams').known).toBe('boolean')
    }),
  )
})

const shells = [['dash'], ['bash'], ['busybox', 'sh']].filter(([program = '']) => spawnSync(program, ['-c', 'true']).error === undefined)

describe.runIf(process.platform === 'linux')('on this machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-oauth2-'))
  const config = join(folder, 'proxy.cfg')
  const alpha = join(folder, 'alpha.yaml')
  let child: ChildProcess

  beforeAll(async () => {
    writeFileSync(
      config,
      'provider = "oidc"\nclient_secret="sk-one"\n cookie_secret = "c2stdHdvLXNrLXR3by1zay10d28tc2stdHdvLXNrLXQ="\nupstreams = [ "http://u:sk-three@127.0.0.1:11434" ]\npass_access_token=true\n',
    )
    writeFileSync(alpha, 'providers:\n  - provider: oidc\n    clientSecret: sk-alpha\nserver:\n  BindAddress: ":4180"\n')
    const words = [
      '--config',
      config,
      '--alpha-config',
      alpha,
      '--client-secret',
      'sk-four',
      '--redis-password=sk-five',
      '--pass-authorization-header=true',
      'a\n@end\nb',
    ]
    child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', 'serve', ...words], {
      argv0: '/opt/oauth2-proxy',
      stdio: 'ignore',
      env: {
        OAUTH2_PROXY_EMAIL_DOMAINS: '*',
        OAUTH2_PROXY_COOKIE_SECRET: 'sk-six-sk-six-16',
        OAUTH2_PROXY_BASIC_AUTH_PASSWORD: 'sk-seven',
        OTHER: 'sk-8',
      },
    })
    await once(child, 'spawn')
    // The program is only there once the new process has replaced the old one.
    for (let tries = 0; tries < 200 && !readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').startsWith('/opt/oauth2-proxy'); tries += 1)
      await sleep(20)
  })
  afterAll(() => {
    child.kill()
    rmSync(folder, { recursive: true })
  })

  const run = (shell: readonly string[]): string => {
    const [section] = sections()
    if (section?.kind !== 'script') throw new Error('not a script')
    const [program = '', ...args] = shell
    return spawnSync(program, [...args, '-c', `gh_sudo() { return 126; }\n${section.script}`, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    }).stdout
  }

  test.each(shells)('%s reads settings, and no secret leaves', (...shell) => {
    const stdout = run(shell)
    expect(stdout).not.toMatch(/sk-|c2st/)
    const proxy = parseOAuth2Proxies(redact(stdout))?.find(({ pid }) => pid === child.pid)
    if (!proxy) throw new Error(stdout)
    expect(values(proxy, 'email_domains')).toEqual(['environment', '*'])
    expect(values(proxy, 'http_address')).toEqual(['alpha', ':4180'])
    expect(values(proxy, 'provider')).toEqual(['alpha', 'oidc'])
    // The classic settings, as they would rule without that file.
    const classic = { ...proxy, alphaConfig: undefined }
    expect(values(classic, 'provider')).toEqual(['config', 'oidc'])
    expect(values(classic, 'upstreams')).toEqual(['config', 'http://****@127.0.0.1:11434'])
    const token = effective(classic, 'pass_access_token')
    expect(token.known && isTrue(token)).toBe(true)
    expect(values(classic, 'pass_authorization_header')).toEqual(['flag', 'true'])
    expect(stdout).toContain('@secret environment 16 16 url')
  })

  test.each(shells)('%s says that a file is unreadable', (...shell) => {
    if (process.getuid?.() === 0) return
    chmodSync(config, 0)
    expect(run(shell)).toContain(`@config unreadable ${config}`)
    chmodSync(config, 0o600)
  })

  /** A process that runs `program` since `seconds` after 1970. */
  const running = (shell: readonly string[], program: string, seconds: number): readonly string[] => {
    const root = mkdtempSync(join(folder, 'host-'))
    mkdirSync(join(root, 'proc', '77'), { recursive: true })
    writeFileSync(join(root, 'proc', '77', 'cmdline'), 'oauth2-proxy\0')
    writeFileSync(join(root, 'proc', '77', 'cgroup'), '0::/system.slice/o.service\n')
    writeFileSync(join(root, 'proc', '77', 'stat'), `77 (oauth2 (p) x) S 1 ${'0 '.repeat(17)}${(seconds - 1000) * 100} 5 6\n`)
    writeFileSync(join(root, 'proc', 'stat'), 'cpu 1 2 3 4\nbtime 1000\n')
    symlinkSync(program, join(root, 'proc', '77', 'exe'))
    const [section] = sections()
    if (section?.kind !== 'script') throw new Error('not a script')
    const [name = '', ...args] = shell
    const script = section.script.replaceAll('/proc/', `${root}/proc/`)
    const { stdout } = spawnSync(name, [...args, '-c', script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    })
    return stdout.split('\n').filter((line) => /^@program|^=\S+ \(/.test(line))
  }

  test.each(shells)('%s asks the program that runs for its version, where it is of root alone and as old as the process', (...shell) => {
    const yes = realpathSync('/usr/bin/env')
    const later = Date.now() / 1000
    const [found, said] = running(shell, yes, later)
    expect([found, said]).toEqual([`@program current ${yes}`, expect.stringContaining('=env (GNU coreutils)')])
    expect(running(shell, yes, 86_400)).toEqual([`@program replaced ${yes}`])
    const own = join(folder, 'own')
    writeFileSync(own, '#!/bin/sh\necho "asked (me)"\n', { mode: 0o755 })
    // Below a folder that everybody may write to.
    expect(running(shell, own, later)).toEqual([`@program open ${own}`])
    expect(running(shell, '/usr/bin/none (deleted)', later)).toEqual(['@program unseen /usr/bin/none (deleted)'])
  })

  /** A process in a container, and what the daemon says of it; `inspect` prints what a real one does for this template. */
  const inContainer = (shell: readonly string[], cgroup: string, inspected: string | undefined): OAuth2Proxy => {
    const root = mkdtempSync(join(folder, 'root-'))
    mkdirSync(join(root, 'proc', '77'), { recursive: true })
    mkdirSync(join(root, 'bin'))
    const words = ['/bin/oauth2-proxy', '--config=/etc/o.cfg', `--cookie-secret-file=${config}`, '--reverse-proxy=true']
    writeFileSync(join(root, 'proc', '77', 'cmdline'), words.join('\0'))
    writeFileSync(join(root, 'proc', '77', 'cgroup'), `0::${cgroup}\n`)
    if (inspected !== undefined) writeFileSync(join(root, 'inspected'), inspected)
    for (const name of ['docker', 'podman'])
      writeFileSync(join(root, 'bin', name), `#!/bin/sh\ncase $6 in ${id}) exec cat ${root}/inspected ;; esac\nexit 1\n`, { mode: 0o755 })
    writeFileSync(join(root, 'bin', 'systemctl'), "#!/bin/sh\necho 'Environment=OAUTH2_PROXY_COOKIE_SECURE=true'\n", { mode: 0o755 })
    const [section] = sections()
    if (section?.kind !== 'script') throw new Error('not a script')
    const [program = '', ...args] = shell
    const script = section.script.replaceAll('/proc/', `${root}/proc/`)
    const { stdout } = spawnSync(program, [...args, '-c', `gh_sudo() { return 126; }\n${script}`, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${root}/bin:${process.env.PATH}`, LC_ALL: 'C' },
    })
    expect(stdout).not.toMatch(/sk-/)
    return only(redact(stdout))
  }
  const id = `${'c0ffee'.repeat(10)}beef`
  const made =
    '77\n@variables\nPATH=/bin\nOAUTH2_PROXY_COOKIE_SECURE=false\nOAUTH2_PROXY_CLIENT_SECRET=sk-nine\nOAUTH2_PROXY_COOKIE_SECRET=sk-ten-sk-ten-16\n\n'
  const cgroups = [`/system.slice/docker-${id}.scope`, `/docker/${id}`, `/system.slice/o.service/libpod-payload-${id}`]
  const onShells = shells.flatMap((shell) => cgroups.map((cgroup) => [shell, cgroup] as const))

  test.each(onShells)('%s: in the container %s the daemon tells its variables, without secrets', (shell, cgroup) => {
    const proxy = inContainer(shell, cgroup, made)
    expect(values(proxy, 'cookie_secure')).toEqual(['environment', 'false'])
    expect(proxy).toMatchObject({ container: true, cookieSecret: { bytes: 16, source: 'environment' } })
    expect(values(proxy, 'reverse_proxy')).toEqual(['flag', 'true'])
    expect(values(proxy, 'upstreams')).toBe('its configuration /etc/o.cfg is inside a container')
  })

  test.each(onShells)('%s: in the container %s nothing is taken from the unit around it, or from files out here', (shell, cgroup) => {
    // Not told, and told of a process that is not the container's first one.
    for (const inspected of [undefined, made.replace('77', '78')]) {
      const proxy = inContainer(shell, cgroup, inspected)
      expect(values(proxy, 'cookie_secure')).toMatch(/environment could not be read/)
      expect(proxy.cookieSecret).toBeUndefined()
    }
  })

  test.each(shells)('%s: files in a container are read through its mounts, where no link may lead elsewhere', (...shell) => {
    const mounted = mkdtempSync(join(folder, 'mounted-'))
    mkdirSync(join(mounted, 'etc'))
    writeFileSync(
      join(mounted, 'etc', 'o.cfg'),
      'upstreams = ["http://ollama:11434"]\ncookie_secret_file = "/run/secret"\nclient_secret = "sk-1"\n',
    )
    writeFileSync(join(mounted, 'secret'), 'sk-sk-sk-sk-sk-sk-sk-sk-sk-sk-sk')
    symlinkSync('etc', join(mounted, 'link'))
    const upstreamsWith = (...mounts: readonly string[]) => {
      const told = `77\n${mounts.join('\n')}\n@variables\nPATH=/bin\n`
      return values(inContainer(shell, cgroups[0] ?? '', told), 'upstreams')
    }
    const read = ['config', 'http://ollama:11434']
    const unread = 'its configuration /etc/o.cfg is inside a container'
    expect(upstreamsWith(`${mounted}/etc|/etc`)).toEqual(read)
    expect(upstreamsWith(`${mounted}/etc/o.cfg|/etc/o.cfg`)).toEqual(read)
    expect(upstreamsWith(`${mounted}/link|/etc`)).toBe(unread)
    expect(upstreamsWith(`${mounted}/etc|/et`)).toBe(unread)
    expect(upstreamsWith(`${mounted}|/`, '|/etc')).toBe(unread)
    expect(upstreamsWith(`${mounted}/none|/etc`)).toMatch(/is inside a container|could not be read/)
  })

  const seds = [['sed'], ['busybox', 'sed']].filter(([program = '']) => spawnSync(program, ['--help']).error === undefined)
  const forms: readonly (readonly [string, string, OptionName | undefined])[] = [
    ['a key in quotes', '"client_secret" = "sk-1"\nprovider = "oidc"\n', 'provider'],
    ['a literal key', "'client_secret'='sk-1'\n'provider' = \"oidc\"\n", 'provider'],
    ['the cookie secret by a key in quotes', '"cookie_secret" = "sk-1"\nprovider = "oidc"\n', 'provider'],
    ['a key in capitals', 'JWT_Key = "sk-1"\nprovider = "oidc"\n', 'provider'],
    ['a password with @', 'upstreams = ["http://u:p@sk-1@127.0.0.1:8000/"]\nprovider = "oidc"\n', 'provider'],
    ['a comment', '# was sk-1\n  # client_secret: sk-2\nprovider = "oidc"\n', 'provider'],
    ['a text of several lines', 'client_secret = """\nsk-1\n"""\nprovider = "oidc"\n', undefined],
    ['a literal text of several lines', "jwt_key = '''\nsk-1\nsk-2 = \"x\"\n'''\nprovider = \"oidc\"\n", undefined],
    ['a key with an escape', '"client\\u005fsecret" = "sk-1"\nprovider = "oidc"\n', undefined],
  ]
  test.each(forms.flatMap(([name, text, judged]) => seds.map((sed) => [sed.join(' '), name, text, judged] as const)))(
    '%s, %s: no secret leaves, and what is judged does',
    (sed, _, text, judged) => {
      const [section] = sections()
      const words = section?.kind === 'script' ? (section.privileged[0]?.argv.slice(1, -1) ?? []) : []
      const [program = '', ...before] = sed.split(' ')
      const { stdout } = spawnSync(program, [...before, ...words], { encoding: 'utf8', input: text })
      expect(stdout).not.toMatch(/sk-/)
      const file = parseConfigFile(stdout.trimEnd().split('\n'))
      expect(file.ok ? file.entries.get('provider')?.values : 'refused').toEqual(judged ? ['oidc'] : 'refused')
    },
  )

  test.each(shells)('the words that root runs leave no secret: %s', () => {
    const [section] = sections()
    const words = section?.kind === 'script' ? section.privileged[0]?.argv.slice(1, -1) : undefined
    const printed = spawnSync('sed', [...(words ?? []), config], { encoding: 'utf8' }).stdout
    expect(printed).not.toMatch(/sk-|c2st/)
    expect(printed).toContain(`cookie_secret_shape = "${'x'.repeat(43)}="`)
    const privileged = section?.kind === 'script' ? section.privileged : []
    expect(privileged).toHaveLength(configPaths.length + alphaPaths.length)
    for (const command of privileged) expect(sudoersLineFor('audit', command), command.argv.join(' ')).toBeDefined()
  })
})
