import { type Answering, lines } from '../answer.ts'

/** Every Caddy that runs with its JSON, one value on a line; without one the section says only that it looked. */
export const caddy: Answering = ({ caddies = [], processes }) => {
  const running = processes.filter(({ name }) => name === 'caddy')
  const instances = caddies.flatMap((config, at) => {
    const printed = JSON.stringify(config, null, 1).split('\n')
    const pid = running[at]?.pid
    if (pid === undefined) return []
    return [`@process ${pid}`, '@version v2.10.2', '@imports', `@admin 127.0.0.1:${2019 + at}`, ...printed.map((line) => `:${line}`)]
  })
  return lines([...instances, '@end'])
}
