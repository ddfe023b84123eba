import { command, type SectionSpec } from '../../probe/section.ts'

/** Where packages and hand-made builds put the program: Debian and RHEL, FreeBSD style, upstream's default prefix, OpenResty. */
const nginxPrograms = [
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/nginx/sbin/nginx',
  '/opt/nginx/sbin/nginx',
  '/usr/local/openresty/nginx/sbin/nginx',
] as const

const [program, ...alternatives] = nginxPrograms

/** `-T` opens keys, logs and the pid file, so it needs root (nginx(8)). */
export const nginxDump = command({
  id: 'nginx',
  argv: [program, '-T'],
  alternatives,
  privilege: 'sudo',
  maxBytes: 8_388_608,
  expectedMs: 40,
})

/** `-V` needs no root and prints on stderr. */
export const sections = (): readonly SectionSpec[] => [
  nginxDump,
  command({ id: 'nginx-version', argv: [program, '-V'], alternatives, privilege: 'none', maxBytes: 65_536 }),
]
