import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { parseSources } from '../sources/parse.ts'
import { collectSoftware } from './collect.ts'

describe.each(shells)('the script on %s', (shell = '', ...as) => {
  const [section] = collectSoftware()
  test.skipIf(process.platform !== 'linux')('ends with its end mark and complains of nothing', () => {
    if (section?.kind !== 'script') throw new Error('no script')
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C' }
    const run = spawnSync(shell, [...as, '-c', section.script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('@end')
    expect(run.stderr).toBe('')
    expect(run.stdout.split('\n').filter((one) => !/^(?:@[a-z-]+(?: .*)?|=.*|)$/.test(one))).toEqual([])
  })

  const text = section?.kind === 'script' ? section.script : ''
  const part = (name: string) => new RegExp(`^${name}\\(\\) \\{.*?\\}'?; \\}$|^${name}\\(\\) \\{\n.*?\n\\}$`, 'ms').exec(text)?.[0] ?? ''
  // Its own awk, which not every busybox takes by itself, and which ends a pattern at any bare slash.
  const own = shell === 'busybox' ? 'awk() { busybox awk "$@"; }\n' : ''
  const ask = (body: string, input = '') =>
    spawnSync(shell, [...as, '-c', own + body], {
      encoding: 'utf8',
      input,
      env: { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C' },
    })

  test.skipIf(process.platform !== 'linux')('where awk cannot read the files, that no source is set is not said', () => {
    const failing = 'awk() { cat >/dev/null; return 2; }\n'
    const { stdout } = spawnSync(shell, [...as, '-c', failing + text, 'sh', 'x'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      input: '',
    })
    expect(parseSources(stdout).unreadable).toEqual(['the files that name sources'])
  })

  test('keys that are set for all logins: their names, and of what root alone could read nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pick-'))
    const path = join(folder, 'environment')
    writeFileSync(
      path,
      [
        'PATH="/usr/bin"',
        'HF_TOKEN=hf_abcdef',
        `  export VLLM_API_KEY='ab_cdef g'; export X=1`,
        'export HTTPS_PROXY=http://p:3128',
        'EMPTY_TOKEN=',
        // As clients are told to set them for servers that want none.
        'OPENAI_API_KEY=EMPTY',
        'export D_TOKEN="EMPTY"',
        'export B_TOKEN=$(cat /k)',
        '# C_SECRET=abc',
        'MAX_TOKENS=4096',
        'TLS_KEY=/etc/k.pem',
        '',
      ].join('\n'),
    )
    const asked = (uid: number) => ask(`gh_uid=${uid}; export gh_uid\n${part('pick')}\npick`, `environment ${path}\n`)
    try {
      const { stdout, stderr } = asked(1000)
      expect(stderr).toBe('')
      expect(stdout).not.toMatch(/hf_abc|b_c|cat/)
      const { loginKeys, proxies } = parseSources(`${stdout}@end\n`)
      expect(loginKeys?.map(({ name, line }) => [name, line])).toEqual([
        ['HF_TOKEN', 2],
        ['VLLM_API_KEY', 3],
      ])
      expect(proxies.map(({ value }) => value)).toEqual(['http://p:3128'])
      const asRoot = parseSources(`${asked(0).stdout}@end\n`)
      expect([asRoot.loginKeys, asRoot.proxies.length]).toEqual([undefined, 1])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.skipIf(process.platform !== 'linux')('a virtual environment that takes in the packages of its Python', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-venv-'))
    const made = (name: string, rows: readonly string[]) => {
      const at = join(folder, name)
      mkdirSync(join(at, 'lib/python3.11/site-packages', `${name}-1.0.dist-info`), { recursive: true })
      if (rows.length > 0) writeFileSync(join(at, 'pyvenv.cfg'), `${rows.join('\n')}\n`)
      return at
    }
    const base = made('base', [])
    const venvs = [
      made('shares', [`home = ${base}/bin`, 'include-system-site-packages = true', 'version = 3.11.2']),
      made('alone', [`home = ${base}/bin`, 'include-system-site-packages = false']),
      made('with blanks in it', [`home = ${base}/bin`]),
    ]
    const running = venvs.map((venv) => spawn('sleep', ['20'], { argv0: `${venv}/bin/python3`, stdio: 'ignore' }))
    try {
      await Promise.all(running.map((one) => once(one, 'spawn')))
      const { stdout, stderr } = ask(text.replace('pattern=$1', `pattern=${basename(folder)}`))
      expect(stderr).toBe('')
      const said = stdout.split('\n').filter((row) => row.includes(folder) || /^=\w+-1\.0\.dist-info$/.test(row))
      expect(said.toSorted()).toEqual(
        [
          `@python-base ${venvs[0]}\t${base}`,
          ...[base, ...venvs].map((venv) => `@python ${venv}/lib/python3.11/site-packages`),
          ...['base', 'shares', 'alone'].map((name) => `=${name}-1.0.dist-info`),
        ].toSorted(),
      )
    } finally {
      for (const one of running) one.kill()
      rmSync(folder, { recursive: true })
    }
  })

  test('one awk takes of each file the rows that matter, and as many as are wanted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pick-'))
    try {
      const file = (name: string, rows: readonly string[]) => {
        writeFileSync(join(folder, name), rows.join('\n'))
        return join(folder, name)
      }
      const resolver = file('resolv.conf', ['# nameserver 9.9.9.9', ...Array.from({ length: 30 }, (_, n) => `nameserver 10.0.0.${n}`)])
      const apt = file('a b.list', ['deb http://x/ y main', '# deb http://z/', '@resolver /etc/resolv.conf', 'Enabled: no', ''])
      const stanza = file('x.sources', [
        '# old',
        'Types: deb-src',
        ' deb',
        'uris:',
        ' http://a/',
        '  file:/srv/x',
        'Components: main',
        'Signed-By:',
        ' -----BEGIN PGP',
        ' Comment: http://k',
        'Trusted:',
        ' Yes',
        'Languages:',
        ' no',
        ' de',
        'Allow-Insecure: no',
        '',
      ])
      const repo = file('x.repo', ['[a]', 'name=x', 'baseurl=file:///mnt', '  https://m/x?a=b', 'exclude=kernel*', '# exclude=a', ' more'])
      const pip = file('pip.conf', [
        ...[
          '[global]',
          'index-url = http://m/',
          'timeout = 9',
          'extra_index_url:',
          '    https://u:p@n/',
          '# no',
          'trusted-host =',
          '    n',
        ],
      ])
      const locks = file('versionlock.list', [
        '# added',
        'kernel-0:5.14.0-70.el9.*',
        '!sudo-0:1.*',
        'version = "1.0"',
        'name = "bash"',
        '[[packages]]',
      ])
      const flatpak = file('config', ['[core]', 'mode=bare', '[remote "a"]', 'url=https://a/', 'xa.disable=true'])
      const registries = file('daemon.json', ['# no', '{"insecure-registries": ["a"]}', 'x'.repeat(16_384), 'behind'])
      const cargo = file('config.toml', [
        '[registries.a]',
        'index = "sparse+https://u:p@crates.lan/"',
        'token = "seen-one"',
        "b = { index = 'https://b.lan', token = 'seen-two' }",
        'c = { token = "seen-three", index = "https://c.lan" }',
        '# [registries.d]',
      ])
      const go = file('env', ['GOPROXY=https://u:p@proxy.lan,direct', 'GOFLAGS=-x'])
      const resolved = file('resolved.conf', ['[Resolve]', '#DNS=', '#FallbackDNS=', 'FallbackDNS=8.8.8.8', '#Domains='])
      const helm = file('repositories.yaml', ['- name: a', '  password: seen-four', '  url: https://charts.lan'])
      const others = ask(`${part('pick')}\npick`, `cargo ${cargo}\ngo ${go}\nhelm ${helm}\nresolved ${resolved}\nresolved ${go}\n`)
      expect(others.stderr).toBe('')
      expect(others.stdout).not.toMatch(/seen|u:p/)
      expect(others.stdout.split('\n')).toEqual([
        ...[`@cargo ${cargo}`, '=[registries.a]', '=index = "sparse+https://****@crates.lan/"'],
        ...["=b = { index = 'https://b.lan', token = **** }", '=c = { token = ****, index = "https://c.lan" }'],
        ...[`@go ${go}`, '=GOPROXY=https://****@proxy.lan,direct', `@helm ${helm}`, '=  url: https://charts.lan'],
        ...[`@resolved ${resolved}`, '=#FallbackDNS=', '=FallbackDNS=8.8.8.8', ''],
      ])
      const long = file(
        'redhat.repo',
        Array.from({ length: 900 }, (_, n) => `[r${n}]\nbaseurl=https://c/${n}\ngpgcheck=1`),
      )
      const npm = file('npmrc', ['strict-ssl=false', '; registry=http://no'])
      const rows = ask(`${part('pick')}\npick`, `repo ${long}\nnpm ${npm}\n`).stdout.split('\n')
      expect([rows.length, ...rows.slice(-5)]).toEqual([
        2005,
        '=baseurl=https://c/666',
        `@cut ${long}`,
        `@npm ${npm}`,
        '=strict-ssl=false',
        '',
      ])
      const input = `resolver ${resolver}\napt-sources ${apt}\napt-sources ${stanza}\nrepo ${repo}\npip ${pip}\nunreadable /etc/apt/x\nversionlock ${locks}\nfetched ${flatpak}\nregistries ${registries}\nregistries ${folder}/absent\nnowhere\n`
      const { stdout, stderr } = ask(`${part('pick')}\npick`, input)
      expect(stderr).toBe('')
      expect(stdout.split('\n')).toEqual([
        `@resolver ${resolver}`,
        ...Array.from({ length: 20 }, (_, n) => `=nameserver 10.0.0.${n}`),
        `@apt-sources ${apt}`,
        '=deb http://x/ y main',
        '=Enabled: no',
        `@apt-sources ${stanza}`,
        ...['=Types: deb-src', '= deb', '=uris:', '= http://a/', '=  file:/srv/x', '=Signed-By:'],
        ...['=Trusted:', '= Yes', '=Languages:', '= no', '=Allow-Insecure: no'],
        ...[`@repo ${repo}`, '=[a]', '=baseurl=file:///mnt', '=  https://m/x?a=b', '=exclude=kernel*'],
        ...[`@pip ${pip}`, '=index-url = http://m/', '=extra_index_url:', '=    https://****@n/', '=trusted-host =', '=    n'],
        '@unreadable /etc/apt/x',
        `@versionlock ${locks}`,
        '=kernel-0:5.14.0-70.el9.*',
        '=!sudo-0:1.*',
        '=name = "bash"',
        `@fetched ${flatpak}`,
        '=[remote "a"]',
        '=url=https://a/',
        '=xa.disable=true',
        `@registries ${registries}`,
        '={"insecure-registries": ["a"]}',
        `@cut ${registries}`,
        `@registries ${folder}/absent`,
        '',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
