import { join } from 'node:path'
import { labServer } from '../lab/lab.ts'
import { runPlaybook, writePlay } from './ansible.ts'
import { type PushCase, reloadCase, restartCase } from './push-cases.ts'
import { pushDesk } from './push-desk.ts'
import { measureTrips } from './push-trips.ts'
import { watchRoundTrips } from './round-trips.ts'
import { type Measure, median, pairedRatio, timed } from './samples.ts'

/** What `bench.ts` has the lab add between workstation and jump host. */
const ROUND_TRIP_MS = 40

/**
 * The same files on the same host: Ansible puts them there and has its handler run; Gatehouse arms its undo, puts them there, makes them hold, looks
 * again over a new connection, and proves it. As in the window, the look before is the one that the plan was made from, just before.
 */
export async function measurePush(folder: string, rounds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  const counter = watchRoundTrips(ROUND_TRIP_MS)
  const desk = pushDesk(folder)

  async function compare(name: string, one: PushCase) {
    const playbook = writePlay(join(folder, name), one.play(await desk.plan(one.choice)), labServer(one.choice.host))
    const times = { ansible: [] as number[], push: [] as number[] }
    const turns: number[] = []
    // The first round opens the connections of both.
    for (let round = 0; round <= rounds; round++) {
      const ansible = await timed(() => runPlaybook(playbook))
      await one.reset()
      const plan = await desk.plan(one.choice)
      const steps: string[] = []
      counter.start()
      const ours = await timed(() => desk.push(plan, (step, sinceMs) => steps.push(`${step} ${Math.round(sinceMs)}`)))
      const counted = counter.stop()
      await one.reset()
      say(`${name} ${round} of ${rounds}: ansible ${Math.round(ansible)} ms, push ${Math.round(ours)} ms (${steps.join(', ')})`)
      if (round === 0) continue
      times.ansible.push(ansible)
      times.push.push(ours)
      turns.push(counted)
    }
    await playbook.close()
    return { times, turns }
  }

  const reload = await compare('push-reload', reloadCase)
  const restart = await compare('push-restart', restartCase)
  const trips = await measureTrips(desk, reloadCase, rounds, say)
  await desk.close()
  const seconds = (all: readonly number[]) => `${(median(all) / 1000).toFixed(2)} s`
  const measure = (name: string, { ansible, push }: typeof reload.times, goal: string): Measure => ({
    ...{ name, goal },
    value: pairedRatio(ansible, push),
    note: `${seconds(ansible)} for copy, validate and handler; ${seconds(push)} for a push with undo and proof`,
  })
  return [
    measure('ansible-vs-push', reload.times, 'at least 3'),
    measure('ansible-vs-restart-push', restart.times, 'printed'),
    {
      name: 'push-round-trips',
      value: trips.slope,
      goal: 'at most 12',
      note: `waited for, the new logins and the look included: ${trips.takes.map(([ms, took]) => `${seconds([took])} over ${ms} ms`).join(', ')}`,
    },
    {
      name: 'push-round-trips-counted',
      value: median(reload.turns),
      goal: 'printed',
      note: 'what is sent and not waited for, and logins out of step, count too',
    },
  ]
}
