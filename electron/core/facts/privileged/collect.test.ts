import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { shells } from '#testing/installed.ts'
import { readBlocks } from '../blocks.ts'
import { fleetSudoers } from '../fleet-sudoers.ts'
import { collectPrivileged, guardedFolders, SUDO_CONF, UFW_CONF } from './collect.ts'
import { parseSudoers } from './parse-sudoers.ts'
import { readNumbered } from './read-block.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-privileged-'))
const file = join(folder, 'rules')
afterAll(() => rmSync(folder, { recursive: true }))

const run = (shell: string, words: readonly string[], sudo: string, ufwConf = join(folder, 'none')): ReturnType<typeof readBlocks> => {
  const [section] = collectPrivileged()
  if (section?.kind !== 'script') throw new Error('not a script')
  const stdout = execFileSync(shell, [...words, '-c', `${sudo}\n${section.script.replaceAll(UFW_CONF, ufwConf)}`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, gh_k: 'f'.repeat(32) },
  })
  return readBlocks(stdout)
}
const textsOf = (blocks: ReturnType<typeof readBlocks>, name: string) => blocks.get(name)?.[0]?.rows.map(({ text }) => text)

test.each(shells)('%s: what a command prints cannot pose as another, nor as its end', (shell = '', ...words) => {
  const said = '@sudoers 0\\n=x\\n<sudoers\\n>0\\n\\n# 1\\nno end'
  const blocks = run(shell, words, `gh_sudo() { [ "$1" != 4 ] || return 126; printf '${said}'; return "$1"; }`)
  expect([...blocks].map(([name, found]) => [name, found.map((one) => one.words)])).toEqual([
    ['audit-loaded', ['1']],
    ['audit-state', ['2']],
    ['audit-written', ['3']],
    ['sudoers', ['3']],
    ['sshd-config', ['3']],
    ['files', ['126']],
  ])
  for (const name of ['audit-loaded', 'audit-state', 'audit-written', 'sudoers', 'sshd-config'])
    expect(textsOf(blocks, name)).toEqual(['@sudoers 0', '=x', '<sudoers', '>0', '# 1', 'no end'])
})

test.each(shells)('%s: plugins of sudo, of which one goes on over a line', (shell = '', ...words) => {
  const [section] = collectPrivileged()
  if (section?.kind !== 'script') throw new Error('not a script')
  const pluginsOf = (conf: string) => {
    const text = section.script.replaceAll(SUDO_CONF, conf)
    const script = `gh_sudo() { return 126; }\n${text}`
    const stdout = execFileSync(shell, [...words, '-c', script], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, gh_k: 'f'.repeat(32) },
    })
    return readBlocks(stdout)
      .get('sudo-plugin')
      ?.map((one) => one.words)
  }
  writeFileSync(
    file,
    'Set group_source static\n#Plugin a a.so \\\n  plugin sudoers_policy \\\n  sudoers.so sudoers_file=/etc/x\nPlugin io b.so\nPlugin last c.so # no end',
  )
  expect(pluginsOf(file)).toEqual(['sudoers_policy   sudoers.so sudoers_file=/etc/x', 'io b.so', 'last c.so # no end'])
  expect(pluginsOf(join(folder, 'none'))).toBeUndefined()
})

test.each(shells)(
  '%s: folders that rules name are looked at, those in which sudo looks for programs among them',
  (shell = '', ...words) => {
    const said = `/etc/sudoers:1:Defaults secure_path="${folder}:/usr/bin"`
    const blocks = run(shell, words, `gh_sudo() { [ "$1" != 3 ] || printf '%b' '${said}\\n'; }`)
    expect(textsOf(blocks, 'sudo-paths')?.some((row) => row.endsWith(`/${folder}`))).toBe(true)
  },
)

test.each(shells)('%s: a row goes where its path belongs, without comments', (shell = '', ...words) => {
  const said = [
    '/etc/audit/rules.d/a.rules:1:# comment',
    '/etc/audit/rules.d/a.rules:2:-w /etc/sudoers -p wa',
    '/etc/sudoers:1:# comment',
    '/etc/sudoers:2:#include /etc/ssh/x',
    '/etc/sudoers:3:#1000 ALL=(ALL) ALL',
    '/etc/sudoers.d/b:1:b ALL=(root) /bin/cat /etc/ssh/sshd_config',
    'grep: /etc/ssh/sshd_config.d: No such file or directory',
    '/etc/ssh/sshd_config:1:  # comment',
    '/etc/ssh/sshd_config:2:PermitRootLogin no',
  ].join('\\n')
  const blocks = run(shell, words, `gh_sudo() { [ "$1" != 3 ] || { printf '%b' '${said}'; return 2; }; }`)
  expect(textsOf(blocks, 'audit-written')).toEqual(['/etc/audit/rules.d/a.rules:2:-w /etc/sudoers -p wa'])
  expect(textsOf(blocks, 'sudoers')).toEqual([
    '/etc/sudoers:2:#include /etc/ssh/x',
    '/etc/sudoers:3:#1000 ALL=(ALL) ALL',
    '/etc/sudoers.d/b:1:b ALL=(root) /bin/cat /etc/ssh/sshd_config',
  ])
  expect(textsOf(blocks, 'sshd-config')).toEqual([
    'grep: /etc/ssh/sshd_config.d: No such file or directory',
    '/etc/ssh/sshd_config:2:PermitRootLogin no',
  ])
})

test.each(shells)('%s: files of ufw are told where it is on, and not what is missing of them', (shell = '', ...words) => {
  const said = [
    '/etc/sudoers:1:a ALL=ALL',
    'grep: /etc/ufw/before6.rules: No such file or directory',
    '/etc/ufw/user.rules:1:# a comment',
    '/etc/ufw/user.rules:2:*filter',
    '/etc/ufw/user.rules:4:### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=3a313a23',
    '/etc/ufw/user.rules:5:-A ufw-user-input -m comment --comment "x:1:# y" -j ACCEPT',
  ].join('\\n')
  const ufwOf = (enabled: string, sudo = `printf '%b' '${said}'; return 2`) => {
    writeFileSync(file, `# ENABLED=yes\nENABLED=${enabled}\nLOGLEVEL=low\n`)
    return run(shell, words, `gh_sudo() { [ "$1" != 3 ] || { ${sudo}; }; }`, file).get('ufw')?.[0]
  }
  expect(ufwOf('yes')).toMatchObject({
    words: '2',
    rows: [
      { text: '/etc/ufw/user.rules:2:*filter' },
      { text: '/etc/ufw/user.rules:5:-A ufw-user-input -m comment --comment "x:1:# y" -j ACCEPT' },
    ],
  })
  expect(ufwOf('no')).toBeUndefined()
  expect(ufwOf('yes', 'return 126')?.words).toBe('126')
})

test.each(shells)(
  '%s: the rules that Gatehouse asks for are read whole; one without end, or too many, are said not to be',
  (shell = '', ...words) => {
    const rules = fleetSudoers(
      fleetSchema.parse({ version: 1, name: 'x', identities: { audit: { user: 'gh' } }, hosts: [{ name: 'a', address: 'a' }] }),
    )
    const readOf = (text: string) => {
      const rows = text.split('\n').map((row, index) => `/etc/sudoers:${index + 1}:${row}`)
      writeFileSync(file, `${rows.join('\n')}\n`)
      const block = run(shell, words, `gh_sudo() { [ "$1" != 3 ] || cat ${file}; }`).get('sudoers')?.[0]
      return parseSudoers(readNumbered({ exitCode: 0, rows: block?.rows ?? [], line: 1 }))
    }
    const whole = readOf(rules)
    expect(whole.incomplete).toBeUndefined()
    expect(new Set(whole.grants.map(({ line }) => line)).size).toBe(rules.split('\n').filter((row) => row.startsWith('gh ')).length)
    expect(readOf(`${rules}\neve ALL=${'/bin/a, '.repeat(2500)}ALL`).incomplete).toMatch(/^\/etc\/sudoers line \d+ could not be read$/)
    expect(readOf(`${'Defaults:ada !lecture\n'.repeat(3000)}eve ALL=ALL`).incomplete).toContain('/etc/sudoers line 3001 could not be read')
  },
)

test('where a template puts keys, copies of them are looked for', () => {
  const text = globSync('assets/templates/*/manifest.json').map((path) => readFileSync(path, 'utf8'))
  const closed = text.flatMap((one) =>
    [...one.matchAll(/"path": "(\/etc\/[^"]+)",(?:\s*"[ug]id": \d+,)*\s*"mode": "600"/g)].map(([, path = '']) => path),
  )
  expect(closed).toContain('/etc/gatehouse/vllm.env')
  expect(closed.filter((path) => !guardedFolders.some((folder) => path.startsWith(`${folder}/`)))).toEqual([])
})
