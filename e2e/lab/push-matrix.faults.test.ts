import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { appDesk, openDisplay } from './app-desk.ts'
import { approvePlan } from './approved-plan.ts'
import { type ConsoleRun, gatehouse } from './console.ts'
import { isInThird, isMine, onlyThird } from './faults-part.ts'
import { arrange, asRoot, lab, type Server } from './lab.ts'
import { DROP_IN, FOLDER, verdictOf } from './push-desk.ts'
import { type AppFault, type Fault, faults } from './push-faults.ts'

/**
 * The fault matrix: each step of a push × each fault, on two hosts: gpu2, where the file is new, and gpu3, where it replaces one of another owner
 * with an ACL. Whatever happens, all of /etc ends in the old state or in the new one, byte by byte, and the verdict says which. By
 * `npm run test:faults`; a third of them by `npm test`; `FAULTS='^(write|verify) '` takes a part.
 */
const steps = ['stage', 'arm', 'write', 'activate', 'verify', 'commit'] as const
const hosts = ['gpu2', 'gpu3'] as const
type Host = (typeof hosts)[number]
const UNDO_SECONDS = 30

/** Name, kind, owner, mode, link, content, ACL and other attributes of all below /etc. The shared state of systemd's own bookkeeping is not there. */
const digest = `import os, stat, hashlib
for folder, folders, files in os.walk('/etc'):
  folders.sort()
  for name in sorted(folders + files):
    path = folder + '/' + name
    s = os.lstat(path)
    kind = stat.S_IFMT(s.st_mode)
    text = os.readlink(path) if kind == stat.S_IFLNK else hashlib.sha256(open(path, 'rb').read()).hexdigest() if kind == stat.S_IFREG else ''
    attributes = [(a, os.getxattr(path, a, follow_symlinks=False).hex()) for a in sorted(os.listxattr(path, follow_symlinks=False)) if not a.startswith('trusted.overlay')]
    print(path, oct(s.st_mode), s.st_uid, s.st_gid, text, attributes)`
const etc = (host: Server) => arrange(host, 'python3 -', digest)

/** u::rw- u:1000:r-- g::r-- m::r-- o::r--, as the kernel keeps it (acl(5), posix_acl_xattr.h). */
const acl = `import os, struct
entries = [(1, 6, -1), (2, 4, 1000), (4, 4, -1), (16, 4, -1), (32, 4, -1)]
os.setxattr('${DROP_IN}', 'system.posix_acl_access', struct.pack('<I', 2) + b''.join(struct.pack('<HHi', *e) for e in entries))`

const jumpModule = fileURLToPath(new URL('./clock-jump.mjs', import.meta.url))
const chosen = new RegExp(process.env.FAULTS ?? '')

let data: string
const old = new Map<Host, string>()
const fresh = new Map<Host, string>()
const plans = new Map<Host, PushPlan>()

async function planned(host: Host): Promise<PushPlan> {
  const file = join(data, `${host}.json`)
  const words = [
    'plan',
    '--fleet',
    lab.fleetFile,
    '--host',
    host,
    '--template',
    'ollama-loopback',
    '--output',
    file,
    '--data',
    join(data, host),
  ]
  const { stderr } = await gatehouse(words)
  expect(stderr).toContain('written')
  return pushPlanSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** The same plan under an id of its own. */
function push(
  host: Host,
  onStep: (step: string, kill: () => void) => void,
  jumpFile: string,
  undoSeconds = UNDO_SECONDS,
): Promise<ConsoleRun> {
  const file = join(data, `${host}-${randomUUID()}.json`)
  writeFileSync(file, JSON.stringify({ ...plans.get(host), id: randomUUID() }))
  approvePlan(join(data, host), file)
  let told = 0
  const words = ['push', '--fleet', lab.fleetFile, '--plan', file, '--yes', '--data', join(data, host), '--undo-after', String(undoSeconds)]
  return gatehouse(
    words,
    (stderr, kill) => {
      const lines = stderr.split('\n').slice(0, -1)
      for (; told < lines.length; told++) onStep(lines[told]?.split(' ')[0] ?? '', kill)
    },
    { NODE_OPTIONS: `--import=${jumpModule}`, LAB_CLOCK_JUMP: jumpFile },
  )
}

const theirs = `printf '[Service]\\nEnvironment=A=b\\n' >${DROP_IN} && chown daemon:adm ${DROP_IN} && chmod 644 ${DROP_IN}`
/** Both hosts as their half of the matrix has them; what an earlier cell left is undone first. */
async function reset(host: Host): Promise<void> {
  await asRoot(
    host,
    `chattr -i ${DROP_IN} /etc/systemd/system; rm -f /usr/local/sbin/systemctl; ip route del blackhole 10.77.2.10/32
     for at in /var/lib /etc/systemd/system /run/fill; do umount $at; done
     systemctl stop gatehouse-undo.timer gatehouse-undo.service; cd /etc/systemd/system && rm -f gatehouse-undo.* multi-user.target.wants/gatehouse-undo.service
     rm -rf /var/lib/gatehouse-* ${FOLDER}; systemctl daemon-reload`,
  )
  if (host === 'gpu3') {
    await arrange(host, `mkdir ${FOLDER} && chmod 755 ${FOLDER} && ${theirs}`)
    await arrange(host, 'python3 -', acl)
  }
  await arrange(host, 'systemctl daemon-reload; systemctl restart ollama')
  for (let tries = 0; (await asRoot(host, 'curl -sf -o /dev/null http://127.0.0.1:11434/')).status !== 0 && tries < 20; tries++)
    await pause(500)
}

/** One push at a time per host; a fault that both meet has both. */
const lanes = new Map<Host, Promise<unknown>>()
async function inLanes<T>(wanted: readonly Host[], work: () => Promise<T>): Promise<T> {
  const before = Promise.allSettled(wanted.map((host) => lanes.get(host)))
  const run = before.then(work)
  for (const host of wanted) lanes.set(host, run)
  return run
}

const undoGone = (host: Host) =>
  asRoot(
    host,
    'test ! -e /etc/systemd/system/gatehouse-undo.service && ! systemctl is-active -q gatehouse-undo.timer gatehouse-undo.service',
  )

/** What is true on the host, once nothing is armed there any more: `old`, `new`, `theirs` (old but for what somebody else wrote) or what differs. */
async function truth(host: Host): Promise<string> {
  for (let waited = 0; waited < 150 && (await undoGone(host)).status !== 0; waited += 2) await pause(2000)
  if ((await undoGone(host)).status !== 0) return 'the undo is armed for ever'
  const now = await etc(host)
  if ((await asRoot(host, 'systemctl is-active -q ollama')).status !== 0) return 'the service is down'
  if (now === old.get(host)) return 'old'
  if (now === fresh.get(host)) return 'new'
  const others = (text = '') => text.split('\n').filter((line) => !line.startsWith(FOLDER))
  const last = (await asRoot(host, `tail -n 1 ${DROP_IN}`)).stdout
  const was = (old.get(host) ?? '').split('\n')
  if (last === '# theirs\n' && others(now).join() === others(old.get(host)).join()) return 'theirs'
  return `mixed: ${now
    .split('\n')
    .filter((line) => !was.includes(line))
    .join(' | ')}`
}

const allowed: Readonly<Record<string, readonly string[]>> = {
  'committed and proven': ['new'],
  'rolled back and proven': ['old', 'theirs'],
  refused: ['old', 'theirs'],
  unknown: ['old', 'new'],
  killed: ['old', 'new'],
}

async function cell(host: Host, step: string, fault: Fault): Promise<void> {
  await reset(host)
  await fault.before?.(host)
  const jumpFile = join(data, `${host}-jump`)
  rmSync(jumpFile, { force: true })
  let trouble: Promise<unknown> | undefined
  try {
    const run = await push(
      host,
      (word, kill) => {
        if (word === step && trouble === undefined) trouble = fault.strike({ host, kill, jumpFile })
      },
      jumpFile,
    )
    expect(trouble, `the push came to ${step}: ${run.stderr}`).toBeDefined()
    const verdict = run.status === null ? 'killed' : run.stdout === '' ? 'refused' : (verdictOf(run) ?? 'no verdict')
    await trouble
    const state = await truth(host)
    process.stdout.write(`${step.padEnd(8)} ${fault.name.padEnd(24)} ${host}  ${verdict}, ${state}\n`)
    // What somebody does to a file once it is committed is theirs, and the next audit says so.
    const after = fault.name === 'changed underneath' && step === 'commit' ? ['theirs'] : []
    expect([...(allowed[verdict] ?? []), ...after], `${verdict} while it is: ${state}\n${run.stderr}${run.stdout}`).toContain(state)
    // Only who cannot be asked is not known.
    if (verdict === 'unknown') expect(run.stdout).toContain('/var/lib/gatehouse-push/undo')
  } finally {
    await trouble
    await fault.after?.(host)
  }
}

let display: ReturnType<typeof openDisplay> | undefined
const desks = new Map<Host, ReturnType<typeof appDesk>>()
async function deskOf(host: Host): Promise<ReturnType<typeof appDesk>> {
  display ??= openDisplay()
  const desk = desks.get(host) ?? appDesk(host, join(data, `${host}-app`), (await display).name)
  desks.set(host, desk)
  return desk
}

/** The app pushes, and a process of it is killed; the app that is there again ends what was left open. */
async function appCell(host: Host, step: string, { name, victim }: AppFault): Promise<void> {
  await reset(host)
  const desk = await deskOf(host)
  const begunMs = performance.now()
  const id = await desk.pushKilledAt(step, victim)
  const connections = () => arrange(host, "ss -Htn state established '( sport = :22 )'")
  for (let waited = 0; waited < 10 && (await connections()) !== ''; waited++) await pause(1000)
  expect(await connections(), 'connections of a process that is gone').toBe('')
  // Of gpu2 nobody asks for the undo: what the host does by itself is looked at before the app is there again.
  const alone = victim === 'app' && host === 'gpu2' ? await truth(host) : undefined
  await (victim === 'app' ? desk.open() : desk.engineIsBack())
  const { end, isOpen } = await desk.record(id)
  const verdict = await desk.ended(id)
  const state = await truth(host)
  const seconds = Math.round((performance.now() - begunMs) / 1000)
  process.stdout.write(
    `${step.padEnd(8)} ${name.padEnd(24)} ${host}  ${verdict}, ${state}, ${seconds} s${alone ? `, alone ${alone}` : ''}\n`,
  )
  // Nothing is committed by a push that never asked for it.
  const possible = end.startsWith('commit: ') || !isOpen ? ['old', 'new'] : ['old']
  expect(possible).toContain(state)
  expect(state).toBe(verdict === 'committed-proven' ? 'new' : verdict === 'rolled-back-proven' ? 'old' : `proven, not ${verdict}`)
  if (alone !== undefined) expect(alone).toBe(state)
}

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-matrix-'))
  for (const host of hosts) {
    await reset(host)
    old.set(host, await etc(host))
    plans.set(host, await planned(host))
    // Nothing strikes: a busy machine may take its time.
    const run = await push(host, () => undefined, join(data, 'none'), 300)
    expect(verdictOf(run)).toBe('committed and proven')
    fresh.set(host, await etc(host))
  }
}, 600_000)

afterAll(async () => {
  for (const desk of desks.values()) await desk.close()
  ;(await display)?.close()
  for (const host of hosts) {
    await reset(host)
    await arrange(host, `rm -rf ${FOLDER}; systemctl daemon-reload; systemctl restart ollama`)
  }
  if (existsSync(data)) rmSync(data, { recursive: true })
})

describe.concurrent('every step × every fault', () => {
  const cells = steps.flatMap((step, row) =>
    faults.flatMap((fault, column) =>
      hosts.flatMap((host, depth) =>
        onlyThird && !isInThird(row, column, depth) ? [] : [{ step, fault, host, name: `${step} × ${fault.name}, ${host}` }],
      ),
    ),
  )
  // Both hosts of one: a fault that both meet has them at the same time.
  const part = cells.filter(({ name }, index) => chosen.test(name) && isMine(Math.floor(index / hosts.length)))
  const run = (host: Host, step: string, fault: Fault | AppFault) =>
    'victim' in fault
      ? inLanes([host], () => appCell(host, step, fault))
      : inLanes(fault.shared ? hosts : [host], () => cell(host, step, fault))
  test.each(part)('$name', ({ step, fault, host }) => run(host, step, fault), 10_800_000)
})
