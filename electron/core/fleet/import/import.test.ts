import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFleet } from '../parse-fleet.ts'
import { buildFleet } from './build-fleet.ts'
import { importAnsible } from './from-ansible.ts'
import { importSshConfig } from './from-ssh-config.ts'
import { diskFiles, type SshConfigFiles } from './ssh-config.ts'

const disk = (files: Record<string, string>): SshConfigFiles => ({
  read: (path) => files[path] ?? '',
  glob: (pattern) =>
    Object.keys(files).filter((path) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path)),
})
const HOME = '/home/ada'
const ssh = (config: string, more: Record<string, string> = {}) =>
  importSshConfig('/home/ada/.ssh/config', HOME, disk({ '/home/ada/.ssh/config': config, ...more }))

describe('ssh_config', () => {
  test('takes hosts with the chain they pass, first value wins, identity files add up', () => {
    const { candidates } = ssh(`
Host bastion
  HostName 192.0.2.1
  User = jump
Host gpu-*
  ProxyJump bastion
  User auditor
  IdentityFile ~/.ssh/gpu
Host gpu-01
  HostName 10.0.0.1
  User ignored
  Port 2222
  IdentityFile "~/.ssh/second key"
Host gpu-02 # a comment
Host *
  IdentityFile ~/.ssh/all
`)
    expect(candidates).toMatchObject([
      {
        name: 'gpu-01',
        address: '10.0.0.1',
        port: 2222,
        user: 'auditor',
        identityFiles: ['~/.ssh/gpu', '~/.ssh/second key', '~/.ssh/all'],
        via: [{ name: 'bastion', address: '192.0.2.1', user: 'jump' }],
      },
      { name: 'gpu-02', address: 'gpu-02', port: 22, user: 'auditor' },
    ])
  })

  test('an Include inside a Host block holds only where that block does', () => {
    const { candidates } = ssh('Host gpu-01\n  Include extra/*.conf\nHost gpu-02\n', {
      '/home/ada/.ssh/extra/a.conf': 'User fromblock\nHost gpu-02\n  User never\n',
    })
    expect(candidates.map(({ name, user }) => [name, user])).toEqual([
      ['gpu-01', 'fromblock'],
      ['gpu-02', undefined],
    ])
  })

  test.each([
    ['ProxyJump a,b', ['a', 'b']],
    ['ProxyJump root@a:2200', ['a']],
    ['ProxyJump none\n  ProxyJump a', []],
    ['ProxyCommand ssh -q -W %h:%p a', ['a']],
    ['ProxyCommand /usr/bin/ssh -W [%h]:%p bob@a', ['a']],
  ])('%s', (line, names) => {
    expect(ssh(`Host gpu\n  ${line}\n`).candidates[0]?.via.map(({ name }) => name)).toEqual(names)
  })

  test('follows the jump host of a jump host, and names a circle', () => {
    expect(
      ssh('Host gpu\n ProxyJump inner\nHost inner\n ProxyJump outer\nHost outer\n HostName 1.2.3.4\n').candidates[0]?.via.map(
        ({ name }) => name,
      ),
    ).toEqual(['outer', 'inner'])
    expect(ssh('Host gpu\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a\n').skipped).toContainEqual({
      what: 'gpu',
      reason: 'its jump hosts form a circle at a',
    })
  })

  test('what it cannot honour is left out with the reason; Match exec is never run', () => {
    const { candidates, skipped } = ssh(
      'Host gpu\n  ProxyCommand nc -x proxy %h %p\nHost ok\nMatch exec "touch /tmp/x"\n  User evil\nMatch host ok\n  User matched\n',
    )
    expect(skipped).toEqual([{ what: 'gpu', reason: 'its ProxyCommand "nc -x proxy %h %p" is not a plain ssh -W' }])
    expect(candidates[0]).toMatchObject({ name: 'ok', user: 'matched' })
  })

  test('negated patterns win', () => {
    expect(ssh('Host * !gpu\n  User other\nHost gpu\n').candidates[0]?.user).toBeUndefined()
  })

  test('case counts in patterns, as in ssh', () => {
    expect(ssh('Host GPU\n  User other\nHost gpu\n').candidates.map(({ name, user }) => [name, user])).toEqual([
      ['GPU', 'other'],
      ['gpu', undefined],
    ])
  })

  test('an Include that includes itself ends, and is named', () => {
    const { candidates, skipped } = ssh('Include config\nHost gpu\n')
    expect(candidates.map(({ name }) => name)).toEqual(['gpu'])
    expect(skipped).toContainEqual({ what: 'Include config', reason: 'more than 16 levels of Include' })
  })

  test('files of a folder that each include that folder are refused, and not read for ever', () => {
    const each = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`/home/ada/.ssh/conf.d/${name}`, 'Include conf.d/*\n']))
    expect(() => ssh('Include conf.d/*\nHost gpu\n', each)).toThrow('more than 10000 files')
  }, 3000)

  test('%h in HostName, and none where a value is switched off', () => {
    const { candidates } = ssh('Host gpu\n  HostName %h.lab\n  IdentityFile none\n  ProxyCommand none\nHost *\n  ProxyCommand nc %h %p\n')
    expect(candidates).toMatchObject([{ address: 'gpu.lab', identityFiles: [], via: [] }])
  })

  test('Match user holds for the user that was set before it', () => {
    const config = (user: string) => `Host gpu\n  User ${user}\nMatch user ada\n  Port 2222\n`
    expect([ssh(config('ada')), ssh(config('bob'))].map(({ candidates }) => candidates[0]?.port)).toEqual([2222, 22])
  })

  test('the ports of a list of jump hosts, of which only the first is reached through its own', () => {
    const { candidates } = ssh('Host gpu\n ProxyJump a:2200,b\nHost a\n Port 22\n ProxyJump outer\nHost b\n ProxyJump other\n')
    expect(candidates[0]?.via.map(({ name, port }) => [name, port])).toEqual([
      ['outer', 22],
      ['a', 2200],
      ['b', 22],
    ])
  })

  test('an Include on the disk takes files, not folders and not hidden ones', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ssh-config-'))
    try {
      mkdirSync(join(folder, 'folder'))
      for (const [name, host] of [
        ['config', 'Host c'],
        ['b.d', 'Host b'],
        ['a.d', 'Host a'],
        ['.hidden.d', 'Host hidden'],
      ] as const)
        writeFileSync(join(folder, name), `${host}\n`)
      expect(diskFiles.glob(`${folder}/*`)).toEqual(['a.d', 'b.d', 'config'].map((name) => join(folder, name)))
      expect(diskFiles.glob(`${folder}/missing`)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('Ansible inventory', () => {
  const ini = `
# fleet
bastion ansible_host=192.0.2.1
[gpu]
gpu[01:02].lab ansible_port=2222
special ansible_host=10.0.0.9 ansible_user="ada"
templated ansible_host="{{ lookup('x') }}"
local ansible_connection=local
[gpu:vars]
ansible_user=auditor
ansible_ssh_common_args='-o ProxyJump=bastion'
[all:children]
gpu
[all:vars]
ansible_user=nobody
`
  test('INI: ranges, group variables, precedence, jump hosts', () => {
    const { candidates, skipped } = importAnsible(ini)
    expect(candidates.map(({ name, address, port, user, via }) => [name, address, port, user, via.map((hop) => hop.name)])).toEqual([
      ['gpu01.lab', 'gpu01.lab', 2222, 'auditor', ['bastion']],
      ['gpu02.lab', 'gpu02.lab', 2222, 'auditor', ['bastion']],
      ['special', '10.0.0.9', 22, 'ada', ['bastion']],
    ])
    expect(skipped.map(({ what }) => what)).toEqual(['group_vars/ and host_vars/', 'templated', 'local'])
  })

  test('YAML: nested children inherit, the nearer group wins', () => {
    const { candidates } = importAnsible(`
all:
  vars: { ansible_user: far }
  children:
    gpu:
      vars: { ansible_user: near, ansible_ssh_common_args: "-J jump.example" }
      hosts:
        gpu-01: { ansible_host: 10.0.0.1, ansible_port: 2022 }
`)
    expect(candidates).toMatchObject([{ name: 'gpu-01', address: '10.0.0.1', port: 2022, user: 'near', via: [{ name: 'jump.example' }] }])
  })
})

describe('an inventory that would never end', () => {
  test.each(['gpu[1:501]', 'gpu[1:400][1:400][1:400][1:400]', 'gpu[1:9][1:9][1:9]'])('%s is left out', (pattern) => {
    for (const text of [`[gpu]\n${pattern}\nok\n`, `gpu:\n  hosts:\n    "${pattern}": {}\n    ok: {}\n`]) {
      const { candidates, skipped } = importAnsible(text)
      expect(candidates.map(({ name }) => name)).toEqual(['ok'])
      expect(skipped).toContainEqual({ what: pattern, reason: 'its range names more than 500 hosts' })
    }
  })

  test('a group that is its own descendant, and aliases that expand too far', () => {
    expect(importAnsible('a: &a\n  hosts: { gpu: {} }\n  children: { b: *a }\n').candidates.map(({ name }) => name)).toEqual(['gpu'])
    const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`).join('\n')
    expect(importAnsible(`a0: &a0 [x]\n${levels}\n`)).toMatchObject({ candidates: [], skipped: [{ what: 'the inventory' }] })
  })

  test('any text gives an answer', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('[gpu', ':children]\n', ':vars]\n', 'a[1:3]', '=', ': ', '\n', '&a ', '*a', '{{', '"'),
    )
    fc.assert(fc.property(fc.array(piece), (pieces) => void importAnsible(pieces.join(''))))
    fc.assert(fc.property(fc.array(piece), (pieces) => void ssh(pieces.join(''))))
  })
})

test('a port after the name of an INI host', () => {
  expect(importAnsible('[gpu]\ngpu-01:2222\ngpu-02:22 ansible_port=23\n').candidates.map(({ name, port }) => [name, port])).toEqual([
    ['gpu-01', 2222],
    ['gpu-02', 23],
  ])
})

describe('buildFleet', () => {
  test('the name of a source cannot end the comment that it stands in', () => {
    const preview = buildFleet('x\nversion: 2', 'dc1', ssh('Host gpu\n'))
    expect(parseFleet(preview.yaml)).toMatchObject({ ok: true, fleet: { version: 1 } })
  })

  test('writes a fleet file that Gatehouse accepts, with what was left out', () => {
    const found = ssh(
      'Host bastion\n HostName 192.0.2.1\nHost gpu-01 gpu-02\n ProxyJump bastion\n User auditor\nHost lone\nHost "bad name"\n ProxyJump bastion\n',
    )
    const preview = buildFleet('~/.ssh/config', 'dc1', found)
    const parsed = parseFleet(preview.yaml)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    expect(parsed.fleet.jump.map(({ name }) => name)).toEqual(['bastion'])
    expect(parsed.fleet.hosts.map(({ name }) => name)).toEqual(['gpu-01', 'gpu-02'])
    expect(preview.skipped.map(({ what }) => what).sort()).toEqual(['bad name', 'lone'])
  })

  test('nothing to take gives no file', () => {
    expect(buildFleet('empty', 'x', { candidates: [], skipped: [] }).yaml).toBe('')
  })
})
