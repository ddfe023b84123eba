import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seds, shells } from '#testing/installed.ts'
import { sudoersLineFor } from '../../probe/sudoers.ts'
import { redact } from '../secrets.ts'
import { alphaPaths } from './alpha-mask.ts'
import { configPaths, sections } from './collect.ts'
import { parseConfigFile } from './config-file.ts'
import type { OAuth2Proxy } from './oauth2-proxy.ts'
import { effective, isTrue, type OptionName } from './options.ts'
import { parseOAuth2Proxies } from './parse.ts'
import { only, values } from './settings.testing.ts'

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

  /** As guides, charts and examples print them, and as random generators of the documentation make them. */
  const typed = [
    ...[
      'XXXXXXXXXXXXXXXX',
      '0000000000000000',
      'OQINaROshtE9TcZkNAm-5Zs2Pv3xaWytBmc5W7sPX7w=',
      'OQINaROshtE9TcZkNAm5Zs2Pv3xaWytBmc5W7sPX7ws=',
    ],
    ...['changemechangeme', 'Y2hhbmdlbWVjaGFuZ2VtZQ==', '0123456789abcdef', '32-character-random-string-here!'],
    ...['your-cookie-secret-32-bytes-long', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  ]
  const random = [
    'QWq6nqsVa6fJ0IMq5Aax9y5i0Uw7yUKI2kgZQ0e4Y1k=',
    '9f86d081884c7d659a2feaa0c55ad015',
    'K4zXb2RrSgLk0q1c',
    '_9-vTn3kXo1p2LwzAa0Bq8cD',
  ]
  const measured = [...typed.map((secret) => [secret, true] as const), ...random.map((secret) => [secret, false] as const)]

  test.each(shells.flatMap((shell) => measured.map(([secret, isTyped]) => [shell, secret, isTyped] as const)))(
    '%s: a secret that a hand typed is told from a random one, in a variable: %s',
    (shell, secret, isTyped) => {
      const proxy = inContainer(shell, cgroups[0] ?? '', `77\n@variables\nOAUTH2_PROXY_COOKIE_SECRET=${secret}\n\n`)
      expect(proxy.cookieSecret?.typed ?? false).toBe(isTyped)
    },
  )

  test.each(seds.flatMap((sed) => measured.map(([secret, isTyped]) => [sed, secret, isTyped] as const)))(
    '%s: and in both files: %s',
    ([program = '', ...before], secret, isTyped) => {
      const [section] = sections()
      const privileged = section?.kind === 'script' ? section.privileged : []
      const print = (words: readonly string[] = [], input: string) =>
        spawnSync(program, [...before, ...words.slice(1, -1)], { encoding: 'utf8', input })
          .stdout.trimEnd()
          .split('\n')
          .map((line) => `:${line}`)
      const inFile = `cookie_secret = "${secret}" # our secret\nprovider = "oidc"\n`
      const inAlpha = `cookie:\n  secret: ${secret}\n  secure: true\n`
      const process = ['@process 7 /system.slice/o.service', '@argv', '=/usr/bin/oauth2-proxy']
      const config = [...process, '@environment process', '@config read /etc/o.cfg', ...print(privileged[0]?.argv, inFile), '@end']
      const alpha = [
        ...[...process, '=--alpha-config=/a.yaml', '@environment process', '@alpha read /a.yaml'],
        ...[...print(privileged[configPaths.length]?.argv, inAlpha), '@end'],
      ]
      for (const printed of [config, alpha]) {
        const found = only(redact(printed.join('\n'))).cookieSecret
        if (!/[^A-Za-z0-9+/_=-]/.test(secret) || printed === config) expect(found?.bytes).toBeGreaterThan(15)
        if (found) expect(found.typed ?? false).toBe(isTyped)
        expect(printed.join('\n')).not.toContain(secret.slice(0, 6))
      }
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
