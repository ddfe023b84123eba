import { type FactResult, known, unknown, unusable } from '../fact.ts'
import type { FactDefinition, FactSources } from '../fact-definition.ts'
import type { Process } from '../processes/processes.ts'
import { machineAround } from '../services/placement.ts'
import { sections } from './collect.ts'
import { changedSinceLoaded, parseContained, readBuild } from './contained.ts'
import { splitDump } from './dump.ts'
import type { ContainedNginx, Nginx } from './nginx.ts'
import { otherNginx } from './other-nginx.ts'
import { parseDump } from './parse.ts'

/** Effective nginx configuration of the host, and of the containers in which nginx runs. */
export const nginxFact: FactDefinition<'nginx'> = { id: 'nginx', sections, read }

function read(sources: FactSources): FactResult<Nginx> {
  const own = readOwn(sources)
  const contained = containedIn(sources)
  return own.known && contained.length > 0 ? known({ ...own.value, contained }) : own
}

/** Where they could not be asked, controls find the containers by themselves and say that they were not read. */
function containedIn({ section }: FactSources): readonly ContainedNginx[] {
  const output = section('nginx-containers')
  return output.state === 'ok' ? (parseContained(output.stdout) ?? []) : []
}

function readOwn(sources: FactSources): FactResult<Nginx> {
  const output = sources.section('nginx')
  const processes = sources.fact('processes')
  const masters = processes.known ? processes.value.filter((process) => isMaster(process, processes.value)) : []
  const [master] = masters
  if (output.state === 'missing') {
    if (master) return unknown('nginx runs, but its program is not where Gatehouse looks for it', ['nginx', 'processes'])
    if (!processes.known)
      return unknown(
        `nginx is not where Gatehouse looks for it, and whether one runs is not known: ${processes.reason}`,
        processes.sections,
        processes.hint,
      )
    return known({ installed: false, running: false, directives: [] })
  }
  const failed = unusable(output, 'The nginx configuration is unread')
  if (failed) return failed
  if (output.exitCode !== 0) return unknown(`nginx -T failed: ${firstError(output.stderr)}`, ['nginx'], brokenHint(master))

  const parsed = parseDump(output.stdout)
  if (!parsed.ok) return unknown(`The output of nginx -T cannot be read: ${parsed.message}, line ${parsed.line}`, ['nginx'])
  // Several may run, each with files of its own.
  const dumped = { files: splitDump(output.stdout).map(({ path }) => path), build: sources.section('nginx-version').stderr }
  const other = masters.map((one) => otherNginx(one, dumped)).find((reason) => reason !== undefined)
  if (other) return unknown(other, ['nginx', 'processes'])
  const asked = sources.section('nginx-containers')
  const changed = master && asked.state === 'ok' ? changedSinceLoaded(asked.stdout, dumped.files) : []
  return known({
    installed: true,
    // When processes are unreadable nginx is taken to run: a proxy that may answer must be judged.
    running: processes.known ? master !== undefined : true,
    ...readBuild(sources.section('nginx-version').stderr),
    directives: parsed.directives,
    ...(changed.length > 0 && { changed }),
  })
}

/**
 * By the title that nginx gives its master (ngx_setproctitle): `nginx: master process /usr/sbin/nginx -g daemon on;`, or with `master_process off`, where it keeps its own words. One in a container or a machine
 * reads files of another system; a unit may be called as it likes.
 */
const isMaster = (process: Process, processes: readonly Process[]): boolean =>
  (/^nginx: master process/.test(process.argv.join(' ')) || (process.name === 'nginx' && process.argv[0] !== 'nginx:')) &&
  !(process.cgroup ?? '').split('/').some((part) => /docker|libpod|containerd|kubepods|lxc/.test(part) && !part.endsWith('.service')) &&
  machineAround(process, processes) === undefined

const firstError = (stderr: string): string =>
  (stderr.split('\n').find((line) => /\[(emerg|alert|crit|error)\]/.test(line)) ?? stderr.split('\n')[0] ?? 'no message')
    .trim()
    .slice(0, 300) || 'no message'

const brokenHint = (master: Process | undefined): string | undefined =>
  master && 'nginx still runs with the configuration that it loaded before. Mend the file and run nginx -t.'
