import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { confinementScript, readConfinements } from './confinement.ts'

/** As Docker 28.2.2 starts containers: its default capabilities are a80425fb, those of `--privileged` all that the kernel has. */
const DEFAULT = '00000000a80425fb'
const ALL = '000001ffffffffff'
const WHOLE = '0 0 4294967295'
const read = (...rows: string[]) => readConfinements(rows).get(7)
const base = { capabilities: [], hostRoot: true, hostProcesses: false, mounts: [], moreMounts: false }

describe('what a process in a container can do to its host', () => {
  test.each([
    ['default capabilities', [`@bound 7 ${DEFAULT}`, `@idmap 7 ${WHOLE}`], base],
    [
      'privileged',
      [`@bound 7 ${ALL}`, `@idmap 7 ${WHOLE}`],
      { ...base, capabilities: ['CAP_DAC_READ_SEARCH', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO', 'CAP_SYS_PTRACE', 'CAP_SYS_ADMIN'] },
    ],
    ['--cap-add SYS_ADMIN', ['@bound 7 00000000a82425fb', `@idmap 7 ${WHOLE}`], { ...base, capabilities: ['CAP_SYS_ADMIN'] }],
    ['--pid host', [`@bound 7 ${DEFAULT} shared`, `@idmap 7 ${WHOLE}`], { ...base, hostProcesses: true }],
    ['a user namespace', [`@bound 7 ${DEFAULT}`, '@idmap 7 0 100000 65536'], { ...base, hostRoot: false }],
    ['of an account (rootless)', [`@bound 7 ${DEFAULT}`, '@idmap 7 0 1000 1'], { ...base, hostRoot: false }],
    [
      'mounts of the host, once where a hybrid cgroup has it twice',
      [0, 1].flatMap(() => [
        `@bound 7 ${DEFAULT}`,
        `@idmap 7 ${WHOLE}`,
        '@mount 7 rw /run/docker.sock /run/docker.sock',
        String.raw`@mount 7 ro /srv/my\040models /models`,
      ]),
      {
        ...base,
        mounts: [
          { source: '/run/docker.sock', destination: '/run/docker.sock', readOnly: false },
          { source: '/srv/my models', destination: '/models', readOnly: true },
        ],
      },
    ],
    ['more than are told', [`@bound 7 ${DEFAULT}`, `@idmap 7 ${WHOLE}`, '@mount 7 more'], { ...base, moreMounts: true }],
    ['no map: nothing is known', [`@bound 7 ${DEFAULT}`], undefined],
    ['no bounding set: nothing is known', [`@idmap 7 ${WHOLE}`, '@mount 7 rw /etc /etc'], undefined],
    ['no number', ['@bound 7 all', `@idmap 7 ${WHOLE}`], undefined],
  ])('%s', (_, rows, expected) => expect(read(...rows)).toEqual(expected))

  test('asked of a process that has the root of this machine, it tells that alone', () => {
    const told = execFileSync('/bin/sh', ['-c', `${confinementScript}pid=$1; confinement`, 'sh', String(process.pid)], { encoding: 'utf8' })
    expect(told).toMatch(/^@bound \d+ [0-9a-f]{16}( shared)?\n@idmap \d+ \d+ \d+ \d+\n@mount \d+ rw \/ \/\n$/)
  })
})
