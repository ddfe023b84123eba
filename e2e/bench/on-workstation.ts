import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '#shared/errors.ts'
import { measureDeploy } from './deploy.ts'
import { measureHundredHosts } from './hundred-hosts.ts'
import { measureModels } from './models.ts'
import { measureOneHost } from './one-host.ts'
import { measurePush } from './push.ts'
import { type Measure, median, pairedRatio } from './samples.ts'
import { measureScanners } from './scanners.ts'

/** What `bench.ts` runs inside the lab. Prints its measures as one line of JSON. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } })
const say = (text: string) => void process.stderr.write(`bench: ${text}\n`)

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
try {
  const measures: Measure[] = []
  /** Said at once, so that what goes wrong later takes no figure with it. */
  const took = (...more: readonly Measure[]): void => {
    measures.push(...more)
    for (const { name, value } of more) say(`${name} ${value.toFixed(2)}`)
  }
  /** What cannot be measured takes only its own figures with it. */
  const attempt = async (what: string, work: () => Promise<readonly Measure[]>): Promise<void> => {
    say(what)
    try {
      took(...(await work()))
    } catch (error) {
      say(`${what} failed: ${messageOf(error)}`)
      process.exitCode = 1
    }
  }
  const seconds = (times: readonly number[]) => `${(median(times) / 1000).toFixed(2)} s`

  const one = await measureOneHost(folder, Number(values.rounds), say)
  const ansible = (against: readonly number[]) => median(one.ansible) / median(against)
  took(
    {
      name: 'cold-audit-vs-openssh',
      value: pairedRatio(one.coldAudit, one.coldOpenSsh),
      goal: 'at most 0.9',
      note: `${seconds(one.coldAudit)} to ${seconds(one.coldOpenSsh)}, new connections, key and TOTP`,
    },
    {
      name: 'warm-audit-vs-openssh-mux',
      value: pairedRatio(one.warmAudit, one.muxOpenSsh),
      goal: 'at most 1.15',
      note: `${seconds(one.warmAudit)} to ${seconds(one.muxOpenSsh)}, open connections`,
    },
    {
      name: 'ansible-vs-warm-audit',
      value: ansible(one.warmAudit),
      goal: 'at least 15',
      note: `${seconds(one.ansible)} for the same commands as tasks`,
    },
    {
      name: 'ansible-vs-cold-audit',
      value: ansible(one.coldAudit),
      goal: 'at least 4.5',
      note: 'Ansible on an open connection, Gatehouse on a new one',
    },
  )

  took(
    {
      name: 'probe-vs-slowest-section',
      value: pairedRatio(one.sections.wholeMs, one.sections.slowestMs),
      goal: 'at most 1.5',
      note: `${seconds(one.sections.wholeMs)} to ${seconds(one.sections.slowestMs)} (${one.sections.slowest}), on two processors`,
    },
    {
      name: 'kilobytes-per-host',
      value: one.firstBytes / 1000,
      goal: 'at most 400',
      note: 'both ways, logins and packet headers included',
    },
    {
      name: 'kilobytes-unchanged-host',
      value: one.unchangedBytes / 1000,
      goal: 'at most 60',
      note: 'over open connections, nothing new since the last audit',
    },
  )

  // Before the models: each look of a push would walk over their hundred thousand files.
  await attempt('push', () => measurePush(folder, Math.min(Number(values.rounds), 5), say))
  await attempt('models', () => measureModels(folder, Number(values.rounds), say))
  await attempt('deploy', () => measureDeploy(folder, Number(values.rounds), say))
  await attempt('lynis and oscap', async () => {
    const { lynisMs, oscapMs, oscapOnHostMs } = await measureScanners(folder, 'gpu1')
    const onHost = `${seconds([oscapOnHostMs])} of it oscap's own`
    return [
      ['lynis-vs-audit', lynisMs, 'lynis audit system --quick'] as const,
      ['oscap-vs-audit', oscapMs, `oscap-ssh oval eval of the definitions for Debian 11, with results and report (${onHost})`] as const,
    ].map(([name, ms, what]) => ({
      name,
      value: ms / median(one.warmAudit),
      goal: 'at least 20',
      note: `${seconds([ms])} for ${what}`,
    }))
  })
  await attempt('a hundred hosts', async () => {
    const { refused, unreached, peakMiB, hundredMs, oneMs } = await measureHundredHosts(folder)
    for (const line of unreached) say(`not reached: ${line}`)
    return [
      {
        name: 'jump-refused-connections',
        value: refused,
        goal: '0',
        note: `default MaxStartups; ${unreached.length} of 100 hosts not reached`,
      },
      {
        name: 'engine-rss-mib-100-hosts',
        value: peakMiB,
        goal: 'at most 200',
        note: "peak of the engine's process in the app, Chromium's own pages included",
      },
      {
        name: 'hundred-hosts-vs-one',
        value: hundredMs / oneMs,
        goal: 'printed',
        note: `${seconds([hundredMs])} to ${seconds([oneMs])}; the hundred are names of one machine, whose processors limit it`,
      },
    ]
  })

  console.log(JSON.stringify(measures))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
