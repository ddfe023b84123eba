import { type SectionSpec, script } from '../../probe/section.ts'

/** One section instead of seven, since each section costs processes. os-release comes last: its text is free, the lines before are not. */
const text = `date +%s
uname -n
uname -r
id -u
id -un || echo
if [ -d /run/systemd/system ]; then echo systemd; else echo other; fi
cat /etc/os-release || cat /usr/lib/os-release`

/** Who the host is: clock, uname(1), account, sd_booted(3), os-release(5). */
export const collectSystem = (): readonly SectionSpec[] => [
  script({ id: 'system', script: text, display: 'date +%s; uname -nr; id; cat /etc/os-release', timeoutMs: 5000, maxBytes: 65_536 }),
]
