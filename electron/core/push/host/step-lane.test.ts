import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../../ports.ts'
import type { HostPush } from './program.ts'
import { openLane, runStep } from './step-lane.ts'

const push: HostPush = { id: 'p1', who: 'ada', unit: '', reverts: '', undoAfterSeconds: 120, files: [] }
const never = new AbortController().signal

/** A host on this machine. `program` stands for what the command starts. */
function hostWith(program: readonly [string, ...string[]] = ['/bin/sh']) {
  const commands: string[] = []
  const exec: HostSession['exec'] = (command, { feed, signal, onStdout, onStderr }) => {
    commands.push(command)
    const child = spawn(program[0], program.slice(1))
    child.stdout.on('data', onStdout)
    child.stderr.on('data', (chunk) => onStderr?.(chunk))
    child.stdin.on('error', () => undefined)
    Readable.from(feed ?? []).pipe(child.stdin)
    return new Promise((resolve, reject) => {
      child.on('close', (exitCode) => resolve({ exitCode }))
      signal.addEventListener('abort', () => {
        child.kill()
        reject(signal.reason)
      })
    })
  }
  return { commands, session: { exec } as unknown as HostSession }
}

test('one shell takes message after message; the second step of one begins when the first has ended', async () => {
  const { session, commands } = hostWith()
  const lane = openLane(session, 'root')
  const next: string[] = []
  const both = await lane.take(['look', 'read'], push, never, () => next.push('read'))
  const more = await lane.take(['look'], push, never, () => next.push('none'))
  await lane.close()
  expect([...both, ...more].map(({ ended, unit }) => [ended, unit])).toEqual(Array(3).fill([true, 'active']))
  expect([next, commands]).toEqual([['read'], ['/bin/sh']])
})

test('a step that refuses ends its message, not the shell', async () => {
  const lane = openLane(hostWith().session, 'root')
  const refused = await lane.take(['write', 'look'], { ...push, id: 'none' }, never, () => expect.fail())
  expect(refused).toMatchObject([{ ended: false, failed: { code: 'lost' } }, { ended: false }])
  expect((await lane.take(['look'], push, never))[0]).toMatchObject({ ended: true })
  await lane.close()
})

test('a shell that sudo does not start is not possible, with what it said', async () => {
  const { session, commands } = hostWith(['/bin/sh', '-c', 'echo "sudo: a password is required" >&2; exit 1'])
  await expect(runStep(session, 'stage', push, 'rw', never)).rejects.toMatchObject({
    failure: { code: 'push.not-possible', detail: 'sudo -n /bin/sh as rw ended with 1: sudo: a password is required' },
  })
  expect(commands).toEqual(['sudo -n /bin/sh'])
})

test('what a login prints without the end of a line hides no answer', async () => {
  const { session } = hostWith(['/bin/sh', '-c', 'printf "welcome "; exec /bin/sh'])
  expect(await runStep(session, 'look', push, 'root', never)).toMatchObject({ ended: true, unit: 'active' })
})

test('a command that stands in for the shell is shown by its words', async () => {
  const { session } = hostWith(['/bin/sh', '-c', 'printf "only this\\n"'])
  await expect(runStep(session, 'stage', push, 'rw', never)).rejects.toMatchObject({
    failure: { code: 'push.not-possible', detail: 'sudo -n /bin/sh as rw ended with 0: no shell of root answered, but: only this' },
  })
})

test('a shell that is killed before it answered leaves open what it did', async () => {
  const { session } = hostWith(['/bin/sh', '-c', 'kill -9 $$'])
  expect(await runStep(session, 'stage', push, 'rw', never)).toMatchObject({ ended: false })
})

test('what is given up ends with the reason, and the shell with it', async () => {
  const lane = openLane(hostWith(['/bin/sh', '-c', 'sleep 60']).session, 'rw')
  const abort = new AbortController()
  const taken = lane.take(['look'], push, abort.signal)
  abort.abort(new GatehouseError({ code: 'job.cancelled', detail: 'undone by the admin' }))
  await expect(taken).rejects.toMatchObject({ failure: { code: 'job.cancelled' } })
})

test('each step has its own time, from the end of the one before it', async () => {
  const halfway = ['/bin/sh', '-c', 'k=$(sed -n "/^gh_k=/{s///p;q}"); echo "$k end"; exec sleep 5'] as const
  const taken = openLane(hostWith(halfway).session, 'root').take(['look', 'write'], { ...push, undoAfterSeconds: 0.05 }, never)
  await expect(taken).rejects.toMatchObject({ failure: { code: 'probe.timeout', detail: 'write did not finish within 0 s' } })
})

test.each(['onRuns', 'onAsked'] as const)('it leaves room for others after %s', async (word) => {
  const { session } = hostWith()
  let say = () => {}
  const watched = {
    ...session,
    exec: (...[command, options]: Parameters<HostSession['exec']>) => {
      say = () => options[word]?.()
      return session.exec(command, options)
    },
  }
  const lane = openLane(watched, 'root')
  const room = lane.leavesRoom.then(() => 'room')
  expect(await Promise.race([room, lane.take(['look'], push, never).then(() => 'answers')])).toBe('answers')
  say()
  expect(await Promise.race([room, Promise.resolve('not yet')])).toBe('not yet')
  expect(await room).toBe('room')
  await lane.close()
})

test('to read needs no right', async () => {
  const { session, commands } = hostWith()
  expect(await runStep(session, 'read', push, 'ro', never)).toMatchObject({ ended: true })
  expect(commands).toEqual(['/bin/sh'])
})

test('a message is waited for as much longer as the undo was put off meanwhile', async () => {
  const { session } = hostWith(['/bin/sh', '-c', 'sleep 0.3; exec /bin/sh'])
  const soon = { ...push, undoAfterSeconds: 0.05 }
  let extendedMs = 0
  const lane = openLane(session, 'root', 'root', () => extendedMs)
  const taken = lane.take(['write'], soon, never)
  extendedMs = 10_000
  expect(await taken).toMatchObject([{ failed: { code: 'lost' } }])
  await lane.close()
  await expect(openLane(hostWith(['/bin/sh', '-c', 'sleep 5']).session, 'root').take(['write'], soon, never)).rejects.toThrow(
    'did not finish',
  )
})
