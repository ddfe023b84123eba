import { namesOf } from '../../../facts/os/os.ts'
import type { AuditRules, AuditWatch } from '../../../facts/privileged/privileged.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { judgeDirectories } from '../models/model-directories.ts'

export default defineControl({
  id: 'model-directories-audited',
  item: 'INF-6',
  severity: 'medium',
  title: 'Writes to model directories are recorded by auditd',
  rationale:
    'Weights that were exchanged in place look like weights. Only the audit trail says who wrote a model file and when; a watch that stands in a file and is not loaded records nothing.',
  needs: ['os', 'services', 'model-files', 'audit-rules'],
  remediation: { template: 'auditd-models-watch' },
  references: ['NIST-800-53:AU-12', 'NIST-800-53:SI-7', 'CIS-8:8.5', 'https://man7.org/linux/man-pages/man7/audit.rules.7.html'],
  evaluate: ({ os, services, 'model-files': files, 'audit-rules': audit }) => {
    const daemon = os.services?.find((service) => namesOf(service).includes('auditd.service'))
    return judgeDirectories(files, services, ({ path }) => [
      judge(
        path,
        {
          mountedOn: os.fileSystems.find((one) => one.path === path)?.mountedOn ?? '',
          ...(os.linked.find((one) => one.path === path) ?? { real: path, itself: false }),
        },
        audit,
        daemon
          ? { runs: daemon.activeState === 'active', line: daemon.line }
          : audit.taken === undefined
            ? undefined
            : { runs: audit.taken },
      ),
    ])
  },
})

interface Place {
  readonly mountedOn: string
  readonly real: string
  readonly itself: boolean
}

/**
 * A watch is recursive, but stops where another file system is mounted (audit.rules(7)), and does not follow a symbolic link at the end of its path (seen with
 * Linux 6.18: of a link to a directory nothing below is recorded).
 */
const covers = (watch: AuditWatch, path: string, { mountedOn, real, itself }: Place): boolean =>
  watch.path === real ||
  (watch.path === path && !itself) ||
  (isBelow(real, watch.path) && mountedOn !== '' && !isBelow(mountedOn, watch.path))

const isBelow = (path: string, folder: string): boolean => path !== folder && path.startsWith(folder === '/' ? '/' : `${folder}/`)
const seesWrites = ({ permissions, narrowed }: AuditWatch): boolean =>
  narrowed === undefined && permissions.includes('w') && permissions.includes('a')

/** Two rules may share what one would see: `-p w` and `-p a`. The later of them decides what comes before. */
function together(watches: readonly AuditWatch[]): AuditWatch | undefined {
  const whole = watches.filter(({ narrowed }) => narrowed === undefined)
  const [w, a] = ['w', 'a'].map((letter) => whole.find(({ permissions }) => permissions.includes(letter)))
  return w && a && { ...(w.line < a.line ? a : w), permissions: 'wa' }
}

function judge(
  path: string,
  place: Place,
  audit: AuditRules,
  daemon: { readonly runs: boolean; readonly line?: number } | undefined,
): Verdict {
  const base = { subject: path }
  const find = (watches: readonly AuditWatch[]) => watches.filter((watch) => covers(watch, path, place))
  if (!audit.loaded) {
    const reason = 'auditctl could not ask the kernel which rules are loaded.'
    return {
      ...base,
      status: 'not-evaluated',
      title: 'Loaded audit rules could not be read',
      reason,
      cite: [{ section: 'privileged', line: audit.loadedLine }],
    }
  }
  const loaded = find(audit.loaded)
  const sound = loaded.find(seesWrites) ?? together(loaded)
  if (sound && (audit.enabled === undefined || daemon === undefined)) {
    const reason = `A watch on ${sound.path} is loaded, but whether ${audit.enabled === undefined ? 'auditing is on in the kernel' : 'a daemon writes it down'} could not be read (auditctl -s).`
    return {
      ...base,
      status: 'not-evaluated',
      title: 'Whether the watch records is not known',
      reason,
      cite: [{ section: 'privileged', line: sound.line }],
    }
  }
  // Of the rules for calls the first that fits decides (audit_filter_syscall of the kernel).
  const counts = ({ line, ordered }: { readonly line: number; readonly ordered?: boolean | undefined }) =>
    sound === undefined || ordered !== true || line < sound.line
  const { real } = place
  const concerns = (at: string | undefined) => at === undefined || at === path || at === real || isBelow(at, real) || isBelow(real, at)
  const hushed = (audit.hushed ?? []).filter((one) => counts(one) && concerns(one.path))
  const excluded = audit.excluded.filter(({ line }) => counts({ line, ordered: true }))
  const hush = hushed.find(({ whole }) => whole)
  const part = hushed[0] ?? excluded.find((one) => isBelow(one.path, real))
  if (sound && !hush && part && find(excluded).length === 0 && audit.enabled !== false && daemon?.runs !== false) {
    const what = 'text' in part ? part.text : `never for ${part.path}`
    return {
      ...base,
      status: 'warning',
      title: 'The watch does not see every write',
      reason: `The kernel watches ${sound.path}, and another rule keeps some of it out: ${what}.`,
      hint: 'Look whether the rule is needed, and confine it to what is not about models.',
      cite: [
        { section: 'privileged', line: part.line },
        { section: 'privileged', line: sound.line },
      ],
    }
  }
  if (sound && !hush && find(excluded).length === 0 && audit.enabled !== false && daemon?.runs !== false) {
    const reason = `The kernel watches ${sound.path} for ${sound.permissions}${daemon ? ', and auditd writes it down' : ''}.`
    return {
      ...base,
      status: 'pass',
      title: 'Writes to the models are recorded',
      reason,
      cite: [{ section: 'privileged', line: sound.line, token: sound.path }],
    }
  }
  if (sound) {
    const why =
      audit.enabled === false
        ? 'auditing is switched off in the kernel'
        : daemon?.runs === false
          ? 'auditd does not run'
          : hush
            ? `another rule keeps out all there is: ${hush.text}`
            : 'a rule never keeps it out'
    const cite = [
      { section: 'privileged', line: sound.line },
      ...(hush ? [{ section: 'privileged', line: hush.line }] : []),
      ...(daemon?.runs === false && daemon.line !== undefined ? [{ section: 'os', line: daemon.line, note: 'Expected active.' }] : []),
    ]
    return { ...base, status: 'fail', title: 'The watch records nothing', reason: `A watch on ${sound.path} is loaded, but ${why}.`, cite }
  }
  const written = find(audit.written).find(seesWrites)
  if (written) {
    const reason = `A watch on ${written.path} stands in /etc/audit/rules.d, but the kernel has not loaded it. Expected in auditctl -l.`
    return {
      ...base,
      status: 'fail',
      title: 'The watch is written but not loaded',
      reason,
      hint: audit.locked ? 'The rules are locked (-e 2): restart the host, which loads those that are written.' : 'augenrules --load',
      cite: [{ section: 'privileged', line: written.line, token: written.path, note: 'Not loaded.' }],
    }
  }
  const [half] = loaded
  const reason = half
    ? `The watch on ${half.path} sees only ${half.narrowed === undefined ? half.permissions : `${half.permissions} where ${half.narrowed}`}. Expected writes and changes of attributes (wa).`
    : `No loaded audit rule covers ${real === path ? path : `${real}, which ${path} leads to by symbolic links`}. Expected a watch for writes and changes of attributes (wa).`
  return {
    ...base,
    status: 'warning',
    title: half ? 'The watch does not see every write' : 'Writes to the models are not recorded',
    reason,
    hint: `auditctl -w ${real} -p wa -k models, and the same line in /etc/audit/rules.d`,
    cite: [{ section: 'privileged', line: half?.line ?? audit.loadedLine }],
  }
}
