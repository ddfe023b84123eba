import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { shippedBook } from '#core/advisories/shipped.ts'
import { createLedger } from '#core/audit/ledger/ledger.ts'
import { createPlanArchive } from '#core/push/plan-archive.ts'
import { createPushService } from '#core/push/push-service.ts'
import { shippedTemplate } from '#core/push/templates.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { arrange, lab, labFleet, labServer, totp } from '../lab/lab.ts'
import { runPlaybook, writePlay } from './ansible.ts'
import { type Measure, median, pairedRatio, timed } from './samples.ts'

const HOST = 'gpu3'
const FOLDER = '/etc/systemd/system/ollama.service.d'
const DROP_IN = `${FOLDER}/zz-gatehouse-loopback.conf`

/** The same file on the same host: Ansible puts it there and restarts; Gatehouse looks, arms its undo, puts it there, restarts, looks again, and proves it. */
export async function measurePush(folder: string, rounds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  const fleet = labFleet()
  const data = join(folder, 'push')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const clock = { now: () => Date.now() }
  const transport = createSsh2Transport({
    ...{ fleet, clock, log: () => {}, paths: { data, home: lab.home } },
    prompts: { ask: async () => [await totp()], reportChangedKey: () => {} },
  })
  const ledger = createLedger(data, clock, 'bench')
  const pushes = createPushService({
    ...{ clock, log: () => {}, ledger, version: '0', who: 'bench', advisories: shippedBook, plans: createPlanArchive(data) },
    templates: { pushable: shippedTemplate },
  })
  const signal = new AbortController().signal
  const choice = { host: HOST, template: 'ollama-loopback', parameters: { port: 11434 } }
  const plan = await pushes.plan(fleet, transport, choice, signal)
  const push = async () => {
    const { verdict, reason } = await pushes.push(fleet, transport, { ...plan, id: randomUUID() }, { signal, onStep: () => {} })
    if (verdict !== 'committed-proven') throw new Error(`the push ended as ${verdict}: ${reason}`)
  }
  const playbook = writePlay(join(folder, 'push-ansible'), play(plan.files[0]?.diff ?? []), labServer(HOST))
  const reset = () => arrange(HOST, `rm -rf ${FOLDER}; systemctl daemon-reload; systemctl restart ollama`)

  const times = { ansible: [] as number[], push: [] as number[] }
  const turns: number[] = []
  // The first round opens the connections of both.
  for (let round = 0; round <= rounds; round++) {
    const ansible = await timed(() => runPlaybook(playbook))
    await reset()
    const counted = countTurns()
    const ours = await timed(push)
    const waited = counted.stop()
    await reset()
    say(`push ${round} of ${rounds}: ansible ${Math.round(ansible)} ms, push ${Math.round(ours)} ms, ${waited} turns`)
    if (round === 0) continue
    times.ansible.push(ansible)
    times.push.push(ours)
    turns.push(waited)
  }
  await transport.close()
  await playbook.close()
  const seconds = (all: readonly number[]) => `${(median(all) / 1000).toFixed(2)} s`
  return [
    {
      name: 'ansible-vs-push',
      value: pairedRatio(times.ansible, times.push),
      goal: 'at least 3',
      note: `${seconds(times.ansible)} for copy, validate and handler; ${seconds(times.push)} for a push with undo and proof`,
    },
    {
      name: 'push-round-trips',
      value: median(turns),
      goal: 'at most 12',
      note: 'times that the console sent after it had heard: two looks and two new logins included',
    },
  ]
}

const play = (diff: readonly string[]) => ({
  hosts: 'all',
  gather_facts: false,
  become: true,
  tasks: [
    { name: 'folder', 'ansible.builtin.file': { path: FOLDER, state: 'directory', mode: '0755' } },
    {
      name: 'drop-in',
      'ansible.builtin.copy': {
        content: diff.map((line) => `${line.slice(1)}\n`).join(''),
        dest: DROP_IN,
        ...{ owner: 'root', group: 'root', mode: '0644', validate: 'grep -q Service %s' },
      },
      notify: 'restart',
    },
  ],
  handlers: [{ name: 'restart', 'ansible.builtin.systemd': { name: 'ollama', state: 'restarted', daemon_reload: true } }],
})

/** Counts how often something is sent after something was heard: an upper bound of the round trips that are waited for. */
function countTurns(): { stop(): number } {
  const { write, push } = Socket.prototype
  let turns = 0
  let heard = true
  Socket.prototype.write = function (this: Socket, ...words: Parameters<Socket['write']>) {
    if (heard && this.remotePort === 22) {
      turns += 1
      heard = false
    }
    return write.apply(this, words)
  } as Socket['write']
  Socket.prototype.push = function (this: Socket, ...words: Parameters<Socket['push']>) {
    if (this.remotePort === 22) heard = true
    return push.apply(this, words)
  } as Socket['push']
  return {
    stop() {
      Object.assign(Socket.prototype, { write, push })
      return turns
    },
  }
}
