import { type Answering, lines } from '../answer.ts'
import type { DemoHost, DemoListener } from '../demo-host.ts'
import { asksForKey } from '../engine-keys.ts'

/** What `curl` gets on loopback from the engines of the demo, by the program that listens: statuses of the routes that the section asks. */
const programs: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ollama: { '/api/version': 200, '/api/tags': 200, '/v1/models': 200, '/invocations': 404 },
  vllm: { '/v1/models': 200, '/health': 200, '/version': 200, '/metrics': 200, '/invocations': 405 },
  'llama-server': { '/v1/models': 200, '/health': 200, '/props': 200 },
  'local-ai': { '/api/version': 200, '/api/tags': 200, '/v1/models': 200, '/version': 200, '/metrics': 200 },
  'docker-proxy': { '/api/version': 200, '/api/tags': 200, '/v1/models': 200, '/version': 200, '/metrics': 200 },
}

const answersHere = ({ protocol, address, process }: DemoListener): boolean =>
  protocol === 'tcp' && process in programs && ['127.0.0.1', '0.0.0.0', '*', '::'].includes(address)

const statusOf = (host: DemoHost, process: string, route: string): number =>
  asksForKey(host, process, route) ? 401 : (programs[process]?.[route] ?? 404)

export const loopback: Answering = (host, section) => {
  const routes = section.kind === 'script' ? (section.parameters[1]?.split(' ') ?? []) : []
  const ports = new Map(host.listeners.filter(answersHere).map(({ port, process }) => [port, process]))
  if (ports.size === 0) return lines(['#none'])
  return lines([
    '#curl',
    ...[...ports].flatMap(([port, process]) => routes.map((route) => `${statusOf(host, process, route)} http://127.0.0.1:${port}${route}`)),
    ...[...ports].flatMap(([port, process]) => {
      const said = host.software.endpoints?.find((one) => one.port === port)
      return said === undefined || statusOf(host, process, said.path) !== 200
        ? []
        : [`body http://127.0.0.1:${port}${said.path} {${said.answer}}`]
    }),
  ])
}
