import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { shippedBook } from '#core/advisories/shipped.ts'
import { createLedger } from '#core/audit/ledger/ledger.ts'
import { createPlanArchive } from '#core/push/plan-archive.ts'
import { createPushService } from '#core/push/push-service.ts'
import { shippedTemplate } from '#core/push/templates.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { arrange, lab, labFleet, labServer, totp } from '../lab/lab.ts'
import { runPlaybook, writePlay } from './ansible.ts'
import { watchRoundTrips } from './round-trips.ts'
import { type Measure, median, pairedRatio, timed } from './samples.ts'

const HOST = 'gpu3'
const FOLDER = '/etc/systemd/system/ollama.service.d'
const DROP_IN = `${FOLDER}/zz-gatehouse-loopback.conf`

/** What `bench.ts` has the lab add between workstation and jump host. */
const ROUND_TRIP_MS = 40

/**
 * The same file on the same host: Ansible puts it there and restarts; Gatehouse arms its undo, puts it there, restarts, looks again, and proves it. As
 * in the window, the look before is the one that the plan was made from, just before.
 */
export async function measurePush(folder: string, rounds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  const fleet = labFleet()
  const data = join(folder, 'push')
  const trips = watchRoundTrips(ROUND_TRIP_MS)
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
  const planned = () => pushes.plan(fleet, transport, choice, signal)
  const push = async (plan: PushPlan) => {
    const { verdict, reason } = await pushes.push(fleet, transport, plan, { signal, onStep: () => {} })
    if (verdict !== 'committed-proven') throw new Error(`the push ended as ${verdict}: ${reason}`)
  }
  const playbook = writePlay(join(folder, 'push-ansible'), play((await planned()).files[0]?.diff ?? []), labServer(HOST))
  const reset = () =>
    arrange(
      HOST,
      `rm -rf ${FOLDER}; systemctl daemon-reload; systemctl restart ollama; until curl -sf -o /dev/null http://127.0.0.1:11434/; do sleep 0.2; done`,
    )

  const times = { ansible: [] as number[], push: [] as number[] }
  const turns: number[] = []
  // The first round opens the connections of both.
  for (let round = 0; round <= rounds; round++) {
    const ansible = await timed(() => runPlaybook(playbook))
    await reset()
    const plan = await planned()
    trips.start()
    const ours = await timed(() => push(plan))
    const waited = trips.stop()
    await reset()
    say(`push ${round} of ${rounds}: ansible ${Math.round(ansible)} ms, push ${Math.round(ours)} ms, ${waited} round trips`)
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
      note: 'one after the other: a look and two new logins at once included',
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
