import { createServer, type RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import { parseIptables } from '#core/facts/firewall/iptables/parse.ts'
import { parseNft } from '#core/facts/firewall/nft/parse.ts'
import { verdictFor } from '#core/facts/firewall/reach.ts'
import { nftRules } from './configuration-files.ts'
import { type DemoHost, type DemoListener, JUMP_ADDRESS } from './demo-host.ts'
import { asksForKey } from './engine-keys.ts'
import { ufwRules } from './ufw-rules.ts'

/** What the programs of a simulated host answer when their ports are asked over the network: enough of each engine to be told apart. */
const programs: Readonly<Record<string, Program>> = {
  // A notebook that was started without a token.
  'jupyter-lab': engine({ '/api/contents': '{"type":"directory"}' }),
  ollama: engine({
    '/': 'Ollama is running',
    '/api/tags': '{"models":[]}',
    '/api/ps': '{"models":[]}',
    '/v1/models': '{"data":[]}',
  }),
  vllm: asking('vllm', { '/health': '', '/metrics': '', '/v1/models': '{"data":[]}' }),
  'llama-server': asking('llama-server', { '/health': '{"status":"ok"}', '/v1/models': '{"data":[]}' }),
  'local-ai': asking('local-ai', { '/readyz': 'OK', '/healthz': 'OK', '/v1/models': '{"data":[]}', '/metrics': '' }),
  // LocalAI without a key, behind the port that Docker publishes.
  'docker-proxy': engine({ '/readyz': 'OK', '/healthz': 'OK', '/v1/models': '{"data":[]}', '/metrics': '', '/api/tags': '{"models":[]}' }),
}

type Program = (host: DemoHost) => RequestListener

/** Its version is the one that the host has. */
function engine(routes: Readonly<Record<string, string>>): Program {
  return ({ software }) =>
    ({ url = '/' }, response) => {
      const stated = software.endpoints?.find(({ path }) => path === url)
      const body = stated ? `{${stated.answer}}` : routes[url]
      const type = body?.startsWith('{') ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body ?? 'not found')
    }
}

/** An engine that may have a key. GET is not the method of vLLM's /invocations. */
function asking(program: string, routes: Readonly<Record<string, string>>): Program {
  return (host) => {
    const open = engine(routes)(host)
    return (request, response) => {
      const { url = '/' } = request
      if (asksForKey(host, program, url)) response.writeHead(401).end()
      else if (program === 'vllm' && url === '/invocations') response.writeHead(405).end()
      else open(request, response)
    }
  }
}

/** What a program answers; undefined for one that is none of an engine. */
export const answersOf = (host: DemoHost, program: string): RequestListener | undefined => programs[program]?.(host)

/** `refused`: nothing listens there. `silent`: the packet filter drops it, so that nobody ever answers. */
export type Door = 'refused' | 'silent' | { readonly admit: (stream: Duplex) => void }

/** What happens to a connection from the jump host to the host's own address. */
export function doorOf(host: DemoHost, port: number): Door {
  if (host.closedToJump?.includes(port) || isFiltered(host, port)) return 'silent'
  const listener = host.listeners.find((one) => one.port === port && one.protocol === 'tcp' && !isLoopback(one))
  const answers = listener && answersOf(host, listener.process)
  if (answers === undefined) return 'refused'
  const server = createServer(answers)
  return { admit: (stream) => void server.emit('connection', stream) }
}

/** By rules that a push wrote; of those that the host came with `closedToJump` speaks. */
function isFiltered(host: DemoHost, port: number): boolean {
  const ufw = ufwRules(host, 4)
  if (ufw === undefined && !host.files.has('/etc/nftables.conf')) return false
  const tables = [...parseNft(nftRules(host), 'nft'), ...parseIptables(ufw ?? '', 'ip', 'iptables').tables]
  const query = { direction: 'in', protocol: 'tcp', port, address: host.address, source: JUMP_ADDRESS } as const
  return verdictFor({ tables }, undefined, query).verdict === 'drop'
}

const isLoopback = ({ address }: DemoListener): boolean => address.startsWith('127.') || address === '::1'
