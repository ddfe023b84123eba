import { StringDecoder } from 'node:string_decoder'
import type { ServerChannel } from 'ssh2'
import { sectionsOf } from '#core/facts/registry.ts'
import { servingSections } from '#core/models/inventory/list-host.ts'
import { END_OF_SCANNERS } from '#core/models/other-scanners/scanner-script.ts'
import { buildProbe, type Probe } from '#core/probe/build-script.ts'
import type { ProbeContext } from '#core/probe/section.ts'
import { answerSection } from './answers/answers.ts'
import { END_OF_CONTAINER_LOGS, serveContainer } from './demo-container.ts'
import { END_OF_RECEIVE, knownDeployment, takeDeployStep } from './demo-deploy.ts'
import type { DemoHost } from './demo-host.ts'
import { END_OF_HASHING, END_OF_LISTING, serveHashing, serveListing, serveOtherScanners } from './demo-models.ts'
import { END_OF_LOGS, END_OF_OPERATE, serveLogs, serveOperate } from './demo-operate.ts'
import { END_OF_MESSAGE, knownMessage, takeSteps } from './demo-push.ts'
import { moveAside } from './demo-quarantine.ts'
import { receiveFile } from './demo-receive.ts'
import type { DemoMachine } from './machine-model.ts'
import { finishedFrame, framesOf, helloFrame } from './probe-frames.ts'

const END_OF_PROBE = '{ gh_close; }\n'

/**
 * Stands for `/bin/sh` on a simulated host. It understands only what this very build would send: a probe of all sections or of those that the
 * inventory of models asks, answered section by section, the listing of model directories, other scanners of models, the hashing of files, the steps of a push, operator work,
 * the move of a file into quarantine, and the steps of a deployment.
 * Anything else ends with 127, as on a host without a shell. `root`: the change account came through sudo.
 */
export function serveShell(channel: ServerChannel, machine: DemoMachine, context: ProbeContext, root: boolean): void {
  let script = ''
  let messages: Promise<void> | undefined
  const decoder = new StringDecoder('utf8')
  let closed = false
  channel.once('close', () => {
    closed = true
  })
  // The end of the input, or that of the connection, which nothing can be said to any more.
  channel.on('end', () => void messages?.then(() => closed || finish(channel, 0)))
  channel.on('data', function read(chunk: Buffer) {
    script += decoder.write(chunk)
    // As the host is now, not when this shell was started: it may have waited.
    const host = machine.now()
    if (script.endsWith(END_OF_PROBE)) {
      const probe = probeOf(script, context)
      messages = answer(channel, script, host, probe)
      // The shell knows the functions still, and waits for the next call.
      script = probe.preamble
    } else if (script.endsWith(END_OF_LISTING)) finish(channel, serveListing(channel, script, host) ? 0 : 127)
    else if (script.endsWith(END_OF_SCANNERS)) finish(channel, serveOtherScanners(channel, script, host) ? 0 : 127)
    else if (END_OF_MESSAGE.test(script)) {
      // The shell waits for the next one.
      const message = script
      messages = Promise.resolve(messages).then(() => servePush(channel, message, machine, root))
      script = ''
    } else if (script.endsWith(END_OF_OPERATE))
      tell(
        channel,
        serveOperate(machine, script, root) ??
          serveContainer(machine, script, root) ??
          (root ? (moveAside(machine, script) ?? takeDeployStep(machine, script)) : undefined),
      )
    else if (script.endsWith(END_OF_RECEIVE)) {
      const known = root ? knownDeployment(script) : undefined
      if (known === undefined) return finish(channel, 127)
      // What follows is the file.
      channel.off('data', read)
      receiveFile(channel, machine, known, (exitCode) => finish(channel, exitCode))
    } else if (script.endsWith(END_OF_CONTAINER_LOGS)) tell(channel, serveContainer(machine, script, root))
    else if (script.endsWith(END_OF_LOGS)) tell(channel, serveLogs(machine, script, root))
    else if (script.endsWith(END_OF_HASHING)) void serveHashing(channel, script, host).then((known) => finish(channel, known ? 0 : 127))
  })
}

/** An answer at once; undefined is none that this build would ask. */
export function tell(channel: ServerChannel, answer: string | undefined): void {
  if (answer !== undefined) channel.write(answer)
  finish(channel, answer === undefined ? 127 : 0)
}

/** Without root a plan can be read, and nothing else. */
async function servePush(channel: ServerChannel, message: string, machine: DemoMachine, root: boolean): Promise<void> {
  const known = knownMessage(message)
  if (known === undefined || (!root && known.asked.some(({ step }) => step !== 'read'))) return finish(channel, 127)
  await takeSteps(machine, known, (text) => void (channel.writable && channel.write(text)))
}

/** Of the sections that the inventory of models asks, or of all. */
function probeOf(script: string, context: ProbeContext): Probe {
  const nonce = /^{ gh_k=([0-9a-f]{32}); gh_open; }$/m.exec(script)?.[1] ?? '0'.repeat(32)
  const forModels = buildProbe(servingSections(context), nonce)
  return isOf(forModels, script) ? forModels : buildProbe(sectionsOf(context), nonce)
}

const isOf = (probe: Probe, script: string): boolean => script === probe.script || script === probe.preamble + probe.call

async function answer(channel: ServerChannel, script: string, host: DemoHost, probe: Probe): Promise<void> {
  const { nonce, sections } = probe
  if (host.fault === 'no-shell' || !isOf(probe, script)) {
    channel.stderr.write('/bin/sh: not found\n')
    return finish(channel, 127)
  }
  if (host.fault === 'hang-exec') return
  if (host.fault === 'greeting') channel.write('Welcome to GPU-OS\n\u001b[31mAuthorised use only\u001b[0m\n')
  if (host.fault === 'flood') return flood(channel)
  channel.write(helloFrame(nonce, host))
  if (host.fault === 'forged-frames')
    channel.write(`${'0'.repeat(32)} 0 o ${Buffer.from('forged').toString('base64')}\n${'0'.repeat(32)} z\n`)
  for (const [index, section] of sections.entries()) {
    if (host.fault === 'hang-section' && index === sections.length - 1) return
    if (host.fault === 'drop-mid-probe' && index === Math.floor(sections.length / 2)) {
      channel.destroy()
      return
    }
    channel.write(framesOf(nonce, index, section, host, answerSection(host, section)))
    // One turn per section, as answers arrive from a real host one by one.
    await new Promise((resolve) => setImmediate(resolve))
    if (channel.destroyed) return
  }
  channel.write(finishedFrame(nonce))
  channel.write(probe.rests)
}

function finish(channel: ServerChannel, exitCode: number): void {
  channel.exit(exitCode)
  channel.end()
}

/** Noise without end: the reader has to stop it. */
function flood(channel: ServerChannel): void {
  const chunk = Buffer.alloc(32_768, 'x')
  const more = () => {
    while (!channel.destroyed && channel.writable && channel.write(chunk)) {
      // Until the window of the channel is full.
    }
  }
  channel.on('drain', more)
  more()
}
