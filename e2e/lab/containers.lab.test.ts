import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { audit, hostOf } from './audit.ts'
import { arrange, install, kill, start } from './lab.ts'

/** Engines in containers of a real Docker, whose account may list them and no more: what each may do to its host is told by the kernel. */

const data = mkdtempSync(join(tmpdir(), 'gatehouse-containers-'))
/** The next file finds a host without Docker. */
afterAll(async () => {
  rmSync(data, { recursive: true })
  // The network of a host outlives it. A program that knows no signals would be waited for.
  await arrange(
    'gpu2',
    'docker kill $(docker ps --quiet) >/dev/null; systemctl stop docker.socket docker; ip link del docker0; nft flush ruleset',
  )
  await kill('gpu2')
  await start('gpu2')
}, 120_000)

const none = 'not-applicable: The account is the container’s'
const way = 'The container has a way to root of the host'
const [asRoot, asAccount] = [`fail: ${way}`, `warning: ${way}`]
const asked: readonly (readonly [name: string, options: string, expected: string])[] = [
  ['models', '--volume /srv/models:/models', none],
  ['read-only', '--volume /usr/share:/host-share:ro --volume /etc/passwd:/etc/passwd:ro', none],
  ['another-account', '--user 12345 --cap-drop ALL --security-opt no-new-privileges', none],
  ['socket', '--volume /var/run/docker.sock:/var/run/docker.sock:ro', asRoot],
  ['socket-of-account', '--user 12345 --volume /run/docker.sock:/run/docker.sock', asAccount],
  ['whole-host', '--volume /:/host:ro', asRoot],
  // The account that changes things here: sudo lets it do everything.
  ['home-of-admin', '--volume /home/gatehouse-change:/work', asRoot],
  ['home-to-read', '--volume /home/gatehouse-change:/work:ro', none],
  ['units', '--volume /etc/systemd/system:/units', asRoot],
  ['mounts', '--cap-add SYS_ADMIN', asRoot],
  ['traces-own', '--cap-add SYS_PTRACE', none],
  ['sees-host', '--pid host', asRoot],
  ['sees-host-as-one', '--pid host --cap-drop SETUID', none],
  ['traces-host', '--cap-add SYS_PTRACE --pid host', asRoot],
  ['proc-of-host', '--volume /proc:/host/proc:ro', asRoot],
  ['settings-of-kernel', '--volume /proc/sys:/host/sys', asRoot],
  ['bus', '--volume /run/dbus:/run/dbus', asRoot],
  ['volume-that-is-a-folder', '--volume etc-of-host:/etc-of-host', asRoot],
]

test('what a container may do to its host, by the kernel', async () => {
  await install('gpu2', 'docker', ['unpack.sh', 'image.sh', 'docker.sh'])
  // One that does not run the kernel does not know. (That it could not run here, either, is the lab's: its hosts lack some capabilities themselves.)
  await arrange(
    'gpu2',
    `docker tag stand-ins localai/localai:v4.9.0
     docker volume create --opt type=none --opt o=bind --opt device=/etc etc-of-host
     ${asked.map(([name, options]) => `docker run --detach --name ${name} ${options} localai/localai:v4.9.0 /usr/local/bin/local-ai run --address :8080`).join('\n')}
     docker run --detach --name traefik --volume /var/run/docker.sock:/var/run/docker.sock:ro stand-ins /usr/bin/sleep 1000
     docker run --detach --name exporter --user 65534 --pid host --volume /:/host:ro stand-ins /usr/bin/sleep 1000
     docker run --detach --name web stand-ins /usr/bin/sleep 1000
     docker create --name stopped --privileged localai/localai:v4.9.0 /usr/local/bin/local-ai run --address :8080`,
  )
  const { findings } = hostOf((await audit(data, ['--host', 'gpu2'])).report, 'gpu2')
  const found = findings.filter(({ control }) => control === 'inference-account-not-privileged')
  const outcomeOf = (name: string) => found.filter(({ subject }) => subject === name).map(({ status, title }) => `${status}: ${title}`)
  expect(asked.map(([name]) => [name, outcomeOf(name)])).toEqual(asked.map(([name, , expected]) => [name, [expected]]))
  expect(outcomeOf('stopped')).toEqual(['not-evaluated: What its container may do is not known'])
  const other = 'warning: Another container is a way to root of the host'
  expect(['traefik', 'exporter', 'web'].map(outcomeOf)).toEqual([[other], [other], []])
}, 240_000)
