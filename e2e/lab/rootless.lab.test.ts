import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { audit, hostOf } from './audit.ts'
import { arrange, install, kill, start } from './lab.ts'

/** Containers of an account's own Podman, real ones, which root's list does not have: those that are given their account are what it can become. */

const data = mkdtempSync(join(tmpdir(), 'gatehouse-rootless-'))
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu2')
  await start('gpu2')
}, 120_000)

/** Programs in them are no servers but one: its network is that of the host. */
const asked: readonly (readonly [name: string, options: string, program: string])[] = [
  ['home', '--env OLLAMA_HOST=127.0.0.1:11777 --volume /home/mlops:/work', '/usr/local/bin/ollama serve'],
  ['bus', '--volume /run/user/1500/bus:/bus', '/usr/bin/sleep 1000'],
  ['keys', '--userns keep-id --volume /home/mlops/.ssh:/keys', '/usr/bin/sleep 1000'],
  ['keys-to-read', '--volume /home/mlops/.ssh:/keys:ro', '/usr/bin/sleep 1000'],
  ['models', '--volume /home/mlops/models:/models', '/usr/bin/sleep 1000'],
]

test('what a container of an account leads to, by the kernel', async () => {
  await install('gpu2', 'podman', ['unpack.sh', 'image.sh', 'podman.sh'])
  await arrange(
    'gpu2',
    `set -e
     useradd --create-home --shell /bin/bash --uid 1500 mlops
     echo 'mlops ALL=(ALL) ALL' >/etc/sudoers.d/mlops
     chmod 440 /etc/sudoers.d/mlops
     loginctl enable-linger mlops
     install -d -o mlops -g mlops /home/mlops/.config /home/mlops/.config/containers /home/mlops/models /home/mlops/.ssh
     printf '[storage]\\ndriver="vfs"\\n' >/home/mlops/.config/containers/storage.conf
     chmod 700 /home/mlops
     mkdir -p /etc/containers/systemd/users
     printf '[Container]\\nImage=vllm/vllm-openai:v0.11.0\\n' >/etc/containers/systemd/users/vllm.container
     podman save --quiet --output /var/tmp/image.tar localhost/stand-ins
     chmod 644 /var/tmp/image.tar
     for turn in $(seq 50); do [ -S /run/user/1500/bus ] && break; sleep 0.2; done
     cat >/var/tmp/run.sh <<'R'
set -e
podman load --quiet --input /var/tmp/image.tar
${asked.map(([name, options, program]) => `podman run --detach --name ${name} --network host --log-driver none ${options} localhost/stand-ins ${program}`).join('\n')}
R
     cd /home/mlops
     runuser -u mlops -- env HOME=/home/mlops XDG_RUNTIME_DIR=/run/user/1500 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1500/bus systemd-run --user --quiet --wait --pipe sh /var/tmp/run.sh`,
  )
  const { findings } = hostOf((await audit(data, ['--host', 'gpu2'])).report, 'gpu2')
  const found = findings.filter(({ control }) => control === 'inference-account-not-privileged')
  const outcomeOf = (name: string) => found.filter(({ subject }) => subject === name).map(({ status, title }) => `${status}: ${title}`)
  const other = ['warning: Another container is a way to root of the host']
  expect(asked.map(([name]) => [name, outcomeOf(name)])).toEqual([
    ['home', ['fail: The container has a way to root of the host']],
    ['bus', other],
    ['keys', other],
    ['keys-to-read', []],
    ['models', []],
  ])
  // What its own manager would start lies in a home that is closed; a Quadlet of all accounts does not.
  const started = findings.filter(({ control, status }) => control === 'inference-started-by-system' && status !== 'not-applicable')
  expect(started.map(({ subject, status, title }) => [subject, `${status}: ${title}`])).toEqual(
    expect.arrayContaining([
      ['/etc/containers/systemd/users/vllm.container', 'warning: A unit of a person would start a server'],
      ['', 'not-evaluated: What accounts start by themselves is not known'],
    ]),
  )
}, 240_000)
