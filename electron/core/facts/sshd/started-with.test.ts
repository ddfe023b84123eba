import fc from 'fast-check'
import { expect, test } from 'vitest'
import { known, unknown } from '../fact.ts'
import type { Process } from '../processes/processes.ts'
import { parseSshd } from './parse.ts'
import { sshdFact } from './sshd.fact.ts'
import { startedWith, withOptions } from './started-with.ts'

const sshd = (args: string, change: Partial<Process> = {}): Process => ({
  ...{ pid: 900, ppid: 1, user: 'root', uid: 0, name: 'sshd', argv: args.split(' '), line: 7 },
  ...change,
})
const effective = (text: string, ...processes: readonly Process[]) => {
  const { settings } = withOptions(parseSshd(text), startedWith(processes))
  return Object.fromEntries(Object.entries(settings).map(([keyword, all]) => [keyword, all.map(({ value }) => value)]))
}

/** ExecStart=/usr/sbin/sshd -D $OPTIONS $CRYPTO_POLICY of RHEL 8, with the policy DEFAULT (written after its opensshserver.config). */
const rhel8 =
  '/usr/sbin/sshd -D -oCiphers=aes256-gcm@openssh.com,aes256-ctr,aes256-cbc,aes128-ctr -oMACs=hmac-sha2-256-etm@openssh.com -oKexAlgorithms=curve25519-sha256 -oPubkeyAcceptedKeyTypes=rsa-sha2-256'

test('RHEL 8: the crypto policy on the command line is what holds, and its line is shown', () => {
  const { settings } = withOptions(parseSshd('port 22\nciphers aes128-ctr\nmaxauthtries 6'), startedWith([sshd(rhel8)]))
  expect(settings).toEqual({
    port: [{ value: '22', line: 1 }],
    maxauthtries: [{ value: '6', line: 3 }],
    ciphers: [{ value: 'aes256-gcm@openssh.com,aes256-ctr,aes256-cbc,aes128-ctr', line: 7, section: 'processes' }],
    macs: [{ value: 'hmac-sha2-256-etm@openssh.com', line: 7, section: 'processes' }],
    kexalgorithms: [{ value: 'curve25519-sha256', line: 7, section: 'processes' }],
    pubkeyacceptedalgorithms: [{ value: 'rsa-sha2-256', line: 7, section: 'processes' }],
  })
})

test.each<[string, string, Record<string, readonly string[]>]>([
  ['a word of its own', '/usr/sbin/sshd -D -o PermitRootLogin=yes', { permitrootlogin: ['yes'] }],
  ['with a blank', '/usr/sbin/sshd -D -o PermitRootLogin yes -e', { permitrootlogin: ['yes'] }],
  ['the first counts', '/usr/sbin/sshd -oPermitRootLogin=yes -oPermitRootLogin=no', { permitrootlogin: ['yes'] }],
  ['its old name', '/usr/sbin/sshd -o ChallengeResponseAuthentication=yes', { kbdinteractiveauthentication: ['yes'] }],
  [
    'the title of a listener',
    'sshd: /usr/sbin/sshd -D -oPermitRootLogin=yes [listener] 0 of 10-100 startups',
    { permitrootlogin: ['yes'] },
  ],
  ['other ports', '/usr/sbin/sshd -D -p 2222 -p 2223', { port: ['2222', '2223'] }],
  ['more ciphers', '/usr/sbin/sshd -D -oCiphers=+3des-cbc', { ciphers: ['3des-cbc,aes128-ctr'] }],
  ['fewer ciphers', '/usr/sbin/sshd -D -oCiphers=-aes128-ctr', {}],
  ['a session', 'sshd: okafor [priv]', {}],
  ['a path that is no option', '/usr/sbin/sshd -D -E -oPermitRootLogin=yes', {}],
])('%s', (_, args, expected) => {
  const before = { port: ['22'], ciphers: ['aes128-ctr'], permitrootlogin: ['no'] }
  expect(effective('port 22\nciphers aes128-ctr\npermitrootlogin no', sshd(args))).toEqual({ ...before, ...expected })
})

test('of several daemons one is what sshd -T speaks of, and those with settings of their own are named', () => {
  const [plain, other, loose] = ['-D', '-D -f /etc/ssh/other', '-D -oPermitRootLogin=yes'].map((words, at) =>
    sshd(`/usr/sbin/sshd ${words}`, { pid: 900 + at }),
  ) as [Process, Process, Process]
  const said = (...processes: readonly Process[]) => {
    const { options, otherFile, others } = startedWith(processes)
    return [options.map(({ value }) => value), otherFile, others]
  }
  expect(said(other, plain)).toEqual([[], undefined, [other]])
  expect(said(plain, loose, other)).toEqual([[], undefined, [loose, other]])
  expect(said(other, loose)).toEqual([['yes'], undefined, [other]])
  expect(said(other, { ...other, pid: 950 })[1]).toBe('/etc/ssh/other')
  // Another port alone is no other setting.
  expect(said(plain, sshd('/usr/sbin/sshd -D -p 2222'))).toEqual([[], undefined, []])
  // Whoever started it, one that holds a socket of the host is a daemon.
  const supervised = { ...other, ppid: 77 }
  expect(startedWith([plain, supervised]).others).toEqual([])
  expect(startedWith([plain, supervised], new Set([supervised.pid])).others).toEqual([supervised])
})

test('another SSH server that listens leaves in doubt what "sshd -T" says', () => {
  const plain = sshd('/usr/sbin/sshd -D')
  const dropbear = sshd('/usr/sbin/dropbear -EF -p 2222', { pid: 950, name: 'dropbear' })
  const doubtOf = (...processes: readonly Process[]) => {
    const fact = sshdFact.read({
      section: (id: string) => ({ id, state: 'ok', exitCode: 0, stdout: id === 'sshd' ? 'port 22' : '', stderr: '' }),
      fact: (id: string) => (id === 'processes' ? known(processes) : unknown('not asked', [])),
    } as unknown as Parameters<typeof sshdFact.read>[0])
    return fact.known && fact.doubt?.reason
  }
  expect(doubtOf(plain, dropbear)).toContain('/usr/sbin/dropbear -EF -p 2222')
  expect(doubtOf(plain, { ...dropbear, ppid: 940 })).toBeUndefined()
})

test('of children and of other programs nothing is said', () => {
  const loose = '/usr/sbin/sshd -D -oPermitRootLogin=yes'
  expect(effective('permitrootlogin no', sshd(loose, { ppid: 77 }))).toEqual({ permitrootlogin: ['no'] })
  expect(effective('permitrootlogin no', sshd(loose, { name: 'vim' }))).toEqual({ permitrootlogin: ['no'] })
})

test('another file', () => {
  expect(startedWith([sshd('/usr/sbin/sshd -D -f /etc/ssh/sshd_hardened')]).otherFile).toBe('/etc/ssh/sshd_hardened')
  expect(startedWith([sshd('/usr/sbin/sshd -D -f /etc/ssh/sshd_config')]).otherFile).toBeUndefined()
})

test('whatever the words are, nothing throws', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom('/usr/sbin/sshd', '-o', '-f', '-oX=+a', 'sshd:'), fc.string())), (argv) => {
      withOptions({ settings: {} }, startedWith([sshd('', { argv })]))
    }),
  )
})
