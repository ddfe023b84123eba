import { type Answering, lines } from '../answer.ts'

/** A running Caddy with its JSON, one value on a line; without one the section says only that it looked. */
export const caddy: Answering = ({ caddy: config, processes }) => {
  const pid = processes.find(({ name }) => name === 'caddy')?.pid
  if (config === undefined || pid === undefined) return lines(['@end'])
  const printed = JSON.stringify(config, null, 1).split('\n')
  return lines([`@process ${pid}`, '@version v2.10.2', '@imports', '@admin 127.0.0.1:2019', ...printed.map((line) => `:${line}`), '@end'])
}
