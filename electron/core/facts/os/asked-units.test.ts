import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { askUnits } from '../asked-units.ts'
import { collectOs } from './collect.ts'
import { parseOs } from './parse.ts'

/** The end of the script, with the folders of systemd below another root and a systemctl that tells what it is asked. */
const [section] = collectOs({ modelPaths: [] } as never)
const script = section?.kind === 'script' ? section.script : ''
const end = askUnits + script.slice(script.indexOf('ask_units '))
const units = 'avahi-daemon.service avahi-daemon.socket cups.service rsyslog.service telnet.socket'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-units-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const file = (path: string): string => {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  return join(root, path)
}

function asked([shell = '', ...words]: readonly string[]): readonly string[] {
  const text = end.replaceAll(/ (\/(?:etc|run|usr|lib|sys)\/)/g, ` ${root}$1`)
  const systemctl = `systemctl() { while [ "$1" != -- ]; do shift; done; shift; for one; do printf 'Id=%s\\nLoadState=loaded\\nActiveState=active\\n\\n' "$one"; done; }`
  const stdout = execFileSync(
    shell,
    [...words, '-c', `${systemctl}\nset -f\nnl='\n'\nclock() { :; }\nconfig() { :; }\nunits='${units}'\n${text}`],
    { encoding: 'utf8' },
  )
  // Of the time services, of timers and of sshd no row is made; the systemctl above does not know patterns.
  return stdout
    .split('\n')
    .flatMap((row) => /^=(\S+) loaded active -$/.exec(row)?.[1] ?? [])
    .filter((unit) => !/(?:chronyd?|ntp|ntpd|ntpsec|openntpd|timesyncd|ntpd-rs|phc2sys|timemaster)[.]|^ssh|@|[.]time/.test(unit))
}

test.each(shells)('%s asks for units that a folder has by name, for others only where they are loaded', (...shell) => {
  writeFileSync(file('/usr/lib/systemd/system/cups.service'), '')
  symlinkSync('/nowhere', file('/etc/systemd/system/telnet.socket'))
  writeFileSync(file('/run/systemd/generator.late/rsyslog.service'), '')
  expect(asked(shell)).toEqual(['avahi-daemon.servic[e]', 'avahi-daemon.socke[t]', 'cups.service', 'rsyslog.service', 'telnet.socket'])
})

test.each(shells)('%s asks for a service whose file is gone where its control group shows that it runs', (...shell) => {
  writeFileSync(file('/usr/lib/systemd/system/cups.service'), '')
  for (const groups of ['/sys/fs/cgroup/systemd/system.slice', '/sys/fs/cgroup/system.slice']) {
    mkdirSync(file(`${groups}/rsyslog.service`), { recursive: true })
    expect(asked(shell)).toEqual(['avahi-daemon.socke[t]', 'cups.service', 'rsyslog.service', 'telnet.socke[t]'])
  }
})

test.each(shells)('%s asks for all where systemd has its units elsewhere', (...shell) => {
  writeFileSync(file('/etc/systemd/system/cups.service'), '')
  writeFileSync(file('/usr/local/lib/systemd/system/telnet.socket'), '')
  expect(asked(shell)).toEqual(units.split(' '))
})

test.each(shells)(
  '%s tells of a unit by its own name, and by which of those that were asked for it goes as well',
  (...[shell = '', ...words]) => {
    const shown = `systemctl() { printf 'Id=inetutils.service\\nNames=telnet.socket inetutils.service other.service cups.service\\nLoadState=loaded\\nActiveState=active\\n\\n'; }`
    const given = `${shown}\nset -f\nnl='\n'\nclock() { :; }\nconfig() { :; }\nunits='${units}'\n${end}`
    const rows = parseOs(`@sysctl\n${execFileSync(shell, [...words, '-c', given], { encoding: 'utf8' })}`)?.services ?? []
    expect(rows.map(({ id, aliases = [] }) => [id, aliases.toSorted()])).toEqual([['inetutils.service', ['cups.service', 'telnet.socket']]])
  },
)

test('an answer that stops in the middle is none', () => {
  const half = "systemctl() { printf 'Id=cups.service\\nLoadState=loaded\\nActiveState=active\\n'; return 1; }"
  const given = `${half}\nset -f\nnl='\n'\nclock() { :; }\nconfig() { :; }\nunits=cups.service\n${end}`
  expect(execFileSync('sh', ['-c', given], { encoding: 'utf8' })).not.toMatch(/@services|cups/)
})

test.each(shells)(
  '%s tells what systemd listens on for sshd, and which settings sshd was not told to read again',
  (...[shell = '', ...words]) => {
    const tell = (since: Date, pid = '') => {
      const stamp = since
        .toUTCString()
        .replace(/^(...), (..) (...) (....) (\S+) GMT$/, (_, day, ...rest) => `${day} ${since.toISOString().slice(0, 10)} ${rest[3]} UTC`)
      const shown = `systemctl() { cat <<'EOF'
Id=ssh.service
Names=ssh.service sshd.service
LoadState=loaded
ActiveState=active
StateChangeTimestamp=${stamp}
MainPID=4711

Listen=0.0.0.0:22 (Stream)
Listen=[::]:2222 (Stream)
Listen=/run/ssh (Stream)
Listen=vsock::22 (Stream)
Id=ssh.socket
Names=ssh.socket
LoadState=loaded
ActiveState=active

Listen=[::]:2200 (Stream)
Id=ssh-old.socket
LoadState=loaded
ActiveState=inactive

Id=cups.service
Names=cups.service
LoadState=loaded
ActiveState=active
EOF
}`
      const given = `${shown}\nset -f\nnl='\n'\nclock() { :; }\nconfig() { :; }\nunits='${units}'\n${end.replaceAll('/etc/ssh', `${root}/etc/ssh`).replace('/run/sshd.pid', `${root}/run/sshd.pid`)}`
      if (pid !== '') writeFileSync(file('/run/sshd.pid'), `${pid}\n`)
      const { ssh, services } = parseOs(`@sysctl\n${execFileSync(shell, [...words, '-c', given], { encoding: 'utf8' })}`) ?? {}
      expect([ssh?.ports.map(({ value }) => value), services?.map(({ id }) => id)]).toEqual([[22, 2222], ['cups.service']])
      return ssh?.newer.map(({ value }) => value)
    }
    writeFileSync(file('/etc/ssh/sshd_config'), '')
    writeFileSync(file('/etc/ssh/sshd_config.d/50-cloud-init.conf'), '')
    expect(tell(new Date())).toEqual([])
    expect(tell(new Date(Date.now() - 60_000))?.toSorted()).toEqual([
      '/etc/ssh/sshd_config',
      '/etc/ssh/sshd_config.d',
      '/etc/ssh/sshd_config.d/50-cloud-init.conf',
    ])
    // A SIGHUP that systemd does not know of: sshd reads its settings, then writes its number anew. That of another daemon says nothing.
    expect(tell(new Date(Date.now() - 60_000), '99')).toHaveLength(3)
    expect(tell(new Date(Date.now() - 60_000), '4711')).toEqual([])
    writeFileSync(file('/etc/ssh/sshd_config'), 'Port 22')
    expect(tell(new Date(Date.now() - 60_000))).toEqual(['/etc/ssh/sshd_config'])
  },
)
