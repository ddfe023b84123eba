import type { DemoHost, DemoProcess } from './demo-host.ts'
import { environmentFilesOf } from './unit-drop-ins.ts'

interface KeyRules {
  readonly flags: readonly string[]
  readonly variable: string
  /** Routes that answer everybody, whatever key there is. */
  readonly open: (route: string) => boolean
}

/** By the program that listens: how it gets its key, and what the key does not cover. */
const engines: Readonly<Record<string, KeyRules>> = {
  // https://docs.vllm.ai/en/latest/usage/security.html
  vllm: { flags: ['--api-key'], variable: 'VLLM_API_KEY', open: (route) => !/^\/(?:v1|v2|inference|cohere)\//.test(route) },
  // tools/server/server-http.cpp of the builds of 2025: the list of models is public.
  'llama-server': {
    flags: ['--api-key', '--api-key-file'],
    variable: 'LLAMA_API_KEY',
    open: (route) => ['/health', '/v1/health', '/models', '/v1/models', '/'].includes(route),
  },
  // https://github.com/mudler/LocalAI/blob/master/core/http/auth/public_routes.go
  'local-ai': { flags: ['--api-keys'], variable: 'LOCALAI_API_KEY', open: (route) => ['/healthz', '/readyz'].includes(route) },
}

/** Whether a program of the host asks for a key on a route: it has one on its command line, or in a file that its unit names. */
export function asksForKey(host: DemoHost, program: string, route: string): boolean {
  const rules = engines[program]
  if (rules === undefined || rules.open(route)) return false
  return host.processes.some((one) => one.name === program && hasKey(host, one, rules))
}

function hasKey(host: DemoHost, { argv, cgroup }: DemoProcess, { flags, variable }: KeyRules): boolean {
  if (argv.some((word) => flags.includes(word))) return true
  const unit = host.units.find(({ id }) => cgroup.split('/').includes(id))
  return (unit ? environmentFilesOf(unit) : []).some((path) => {
    const file = host.files.get(path)
    // Of a file whose text nobody wrote down, the key is what it is there for.
    return file !== undefined && (file.content === undefined || file.content.split('\n').some((line) => line.startsWith(`${variable}=`)))
  })
}
