import type { DemoListener } from './demo-host.ts'

type Variables = ReadonlyMap<string, string>
type Place = Pick<DemoListener, 'address' | 'port'>

/** Where a program listens that was started with these words and variables; one that is not known here stays where it was. */
export function socketOf(listener: DemoListener, argv: readonly string[], variables: Variables): DemoListener {
  return { ...listener, ...programs[listener.process]?.(argv, variables, listener) }
}

const programs: Readonly<Record<string, (argv: readonly string[], variables: Variables, before: Place) => Place>> = {
  // https://github.com/ollama/ollama/blob/main/envconfig/config.go, Host: an address, a port, or both.
  ollama(_, variables, before) {
    const value = variables.get('OLLAMA_HOST')
    if (value === undefined) return before
    const [, address = '127.0.0.1', port = '11434'] = /^([0-9.]+)?(?::([0-9]+))?$/.exec(value) ?? []
    return { address: address === '0.0.0.0' ? '*' : address, port: Number(port) }
  },
  // vLLM, api_server.py: without --host every interface.
  vllm: (argv) => ({ address: flag(argv, '--host') ?? '0.0.0.0', port: Number(flag(argv, '--port') ?? 8000) }),
  // https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md: a flag is stronger than its variable.
  'llama-server': (argv, variables) => ({
    address: flag(argv, '--host') ?? variables.get('LLAMA_ARG_HOST') ?? '127.0.0.1',
    port: Number(flag(argv, '--port') ?? variables.get('LLAMA_ARG_PORT') ?? 8080),
  }),
  // https://github.com/mudler/LocalAI/blob/master/core/cli/run.go: `:8080`, every interface.
  'local-ai'(argv, variables) {
    const [, address = '', port] = /^(.*):(\d+)$/.exec(flag(argv, '--address') ?? variables.get('LOCALAI_ADDRESS') ?? ':8080') ?? []
    return { address: address === '' ? '*' : address, port: Number(port ?? 8080) }
  },
  // https://docs.nvidia.com/datacenter/dcgm/latest/reference/command-line-reference/dcgm-exporter.html: `:9400`, every interface.
  'dcgm-exporter'(argv) {
    const [, address = '', port = '9400'] = /^(.*):(\d+)$/.exec(flag(argv, '--address') ?? flag(argv, '-a') ?? '') ?? []
    return { address: address === '' ? '*' : address, port: Number(port) }
  },
  // A flag is stronger than the file (https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview), which stays as it was.
  'oauth2-proxy'(argv, _, before) {
    const [, address, port] = argv.flatMap((word) => /^--http-address=(.*):(\d+)$/.exec(word) ?? [])
    return address === undefined ? before : { address, port: Number(port) }
  },
}

/** The value of the last such flag. */
function flag(argv: readonly string[], name: string): string | undefined {
  const at = argv.lastIndexOf(name)
  return at === -1 ? undefined : argv[at + 1]
}
