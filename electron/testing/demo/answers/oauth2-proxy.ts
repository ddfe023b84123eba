import { basename } from 'node:path/posix'
import { type Answering, lines } from '../answer.ts'

/** What the section prints: the secret of the demo's file stands there as a shape already. */
export const oauth2Proxy: Answering = (host) =>
  lines([
    ...host.processes
      .filter(({ argv }) => basename(argv[0] ?? '') === 'oauth2-proxy')
      .flatMap(({ pid, cgroup, argv }) => {
        const path = argv.find((word) => word.startsWith('--config='))?.slice('--config='.length)
        const content = path && host.files.get(path)?.content
        return [
          `@process ${pid} ${cgroup}`,
          '@argv',
          ...argv.map((word) => `=${word}`),
          `@program current ${argv[0]}`,
          '=oauth2-proxy v7.15.4 (built with go1.25.3)',
          '@environment unit',
          ...(content
            ? [
                `@config read ${path}`,
                ...content
                  .trimEnd()
                  .split('\n')
                  .map((line) => `:${line}`),
              ]
            : []),
        ]
      }),
    '@end',
  ])
