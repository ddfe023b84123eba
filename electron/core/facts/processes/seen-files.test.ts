import { describe, expect, test } from 'vitest'
import { parseProcesses } from './parse.ts'
import { onHost, readSeenFiles } from './seen-files.ts'

const seen = (...rows: string[]) => readSeenFiles(rows.map((row) => `@seen 7 ${row}`)).get(7)

describe('what a process calls a file, as the host calls it', () => {
  test.each<[string, string[], string, string | undefined]>([
    ['nothing is other', [], '/models/a', '/models/a'],
    ['a bind mount', ['/srv/models /models'], '/models/a', '/srv/models/a'],
    ['the mount itself', ['/srv/models /models'], '/models', '/srv/models'],
    ['beside it', ['/srv/models /models'], '/models-2/a', '/models-2/a'],
    ['the innermost counts', ['/srv/b /m/b', '/srv/a /m'], '/m/b/x', '/srv/b/x'],
    ['of two at one place the last', ['/srv/a /m', '/srv/b /m'], '/m/x', '/srv/b/x'],
    ['a root of its own', ['/srv/jail /'], '/opt/m', '/srv/jail/opt/m'],
    ['the root of the host, elsewhere', ['? /', '/ /host'], '/host/srv/m', '/srv/m'],
    ['a root that the host does not have', ['? /', '/srv/models /models'], '/opt/m', undefined],
    ['a mount in it', ['? /', '/srv/models /models'], '/models/a', '/srv/models/a'],
    ['kept from it', ['/run/systemd/inaccessible/dir /home'], '/home/ai/m', undefined],
    ['opened again', ['/run/systemd/inaccessible/dir /home', '/home/ai /home/ai'], '/home/ai/m', '/home/ai/m'],
    ['blanks', [String.raw`/srv/my\040models /m`], '/m/a', '/srv/my models/a'],
    ['more than were told', ['/srv/models /models', 'more'], '/opt/m', undefined],
    ['more, in a mount that was', ['/srv/models /models', 'more'], '/models/a', '/srv/models/a'],
  ])('%s', (_, rows, path, expected) => expect(onHost(path, seen(...rows))).toBe(expected))
})

test('a program in a root of its own is of no package of the host', () => {
  const row = (pid: number, name: string) =>
    `${String(pid).padStart(7)}       1     0 ${'root'.padEnd(32)} ${name.padEnd(32)} /usr/bin/${name}`
  const read = (...more: string[]) => {
    const found = parseProcesses(
      [
        '@ps procps',
        row(1, 'systemd'),
        row(7, 'vllm'),
        ...more,
        '@exe 7\t/x.service\t/usr/bin/vllm',
        '@packages dpkg',
        '@package vllm /usr/bin/vllm',
      ].join('\n'),
    )
    return Array.isArray(found) ? found[1] : undefined
  }
  expect(read()).toMatchObject({ package: 'vllm' })
  expect(read('@seen 7 /srv/models /models')).toMatchObject({ package: 'vllm', executable: '/usr/bin/vllm' })
  const own = read('@seen 7 ? /')
  expect(own).toMatchObject({ executable: '/usr/bin/vllm', seenFiles: { mounts: [{ destination: '/' }], more: false } })
  expect(own).not.toHaveProperty('package')
})
