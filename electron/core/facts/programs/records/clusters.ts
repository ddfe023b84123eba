import type { ProgramRecord } from '../record.ts'

/** What spreads models and jobs over several hosts: schedulers, and the parts that take work from others. */
export const clusters: readonly ProgramRecord[] = [
  {
    id: 'llama-rpc',
    name: 'llama.cpp RPC server',
    kind: 'cluster',
    program: /^(?:ggml-|llama-(?:cpp-)?)?rpc-server$/,
    authentication: { usual: 'none' },
    danger:
      'It has neither authentication nor encryption and has run code for whoever reached it (CVE-2026-34159); its own README says never on an open network.',
    source: 'ggml-org/llama.cpp tools/rpc/README.md',
  },
  {
    id: 'localai-worker',
    name: 'LocalAI worker',
    kind: 'cluster',
    program: /^local-?ai(?:-[\w.-]+)?$/i,
    // With a word behind it, it starts a server of llama.cpp, which is one of its own.
    when: ([, first, second = '-']) => first === 'worker' && second.startsWith('-'),
    // Older ones ask the token of registration of files alone.
    authentication: { usual: 'none', perhaps: /^--registration-token=.|^LOCALAI_(?:GRPC_AUTH|REGISTRATION)_TOKEN=./ },
    danger:
      'Its back ends load models and run them for whoever reaches them, on every interface from port 50051 on, and beside them it takes files.',
    source: 'mudler/LocalAI docs/content/features/distributed-mode.md, pkg/grpc/server.go',
  },
  {
    id: 'gpustack',
    name: 'GPUStack',
    kind: 'cluster',
    program: /^gpustack$/,
    command: /^start$/,
    image: /^gpustack$/,
    authentication: { usual: 'default' },
    danger:
      'Its admin starts models on every worker; requests from this machine itself are let in without a login unless --force-auth-localhost is set.',
    source: 'https://docs.gpustack.ai/cli-reference/start',
  },
  {
    id: 'exo',
    name: 'exo',
    kind: 'cluster',
    program: /^exo$/,
    // Exoscale's command line has its name, and subcommands.
    command: /^(?:run|-.*)?$/,
    module: /^exo(?:\.main)?$/,
    path: /(?:^|\/)exo\/main\.py$/,
    authentication: { usual: 'unknown' },
    telling: ['/v1/models'],
    danger: 'Whoever reaches it runs prompts and downloads models; nodes find and join each other by themselves.',
    source: 'exo-explore/exo README.md',
  },
  {
    id: 'ray',
    name: 'Ray',
    kind: 'cluster',
    program: /^(?:gcs_server|raylet|ray|dashboard\.py)$/,
    path: /(?:^|\/)ray\/(?:core\/src\/ray\/(?:gcs\/gcs_server|raylet\/raylet)|dashboard\/(?:dashboard|agent)\.py)$/,
    // What `ray start` leaves running for clients (port 10001).
    module: /^ray\.util\.client\.server$/,
    command: /^(?:start|--.*)$/,
    image: /^ray(?:-ml|-llm)?$/,
    authentication: { usual: 'none', on: /^RAY_AUTH_MODE=token$/ },
    telling: ['/api/version'],
    danger:
      'Its jobs are code by design: whoever reaches the dashboard or the cluster port runs programs on every node. Ray leaves isolation to the network.',
    source: 'ray-project/ray doc/source/ray-security/index.md',
  },
  {
    id: 'dask',
    name: 'Dask',
    kind: 'cluster',
    program: /^dask(?:-(?:scheduler|worker|cuda-worker))?$/,
    when: ([path = '', first = '']) => /-[a-z]+$/.test(path) || /^(?:scheduler|worker|cuda)$/.test(first),
    repository: /(?:^|\/)daskdev\/dask$/,
    module: /^(?:distributed|dask_cuda)\.cli\.dask_(?:scheduler|worker|cuda_worker)$/,
    // With an authority of its own both sides show certificates.
    authentication: { usual: 'none', on: /^--tls-ca-file=./ },
    danger: 'Its tasks are pickled code by design: whoever reaches scheduler or workers runs programs on every node.',
    source: 'dask/distributed docs/source/tls.rst',
  },
  {
    id: 'skypilot',
    name: 'SkyPilot API server',
    kind: 'cluster',
    module: /^sky\.server\.server$/,
    image: /^skypilot(?:-nightly)?$/,
    // Logins are set in its database or left to a proxy in front.
    authentication: { usual: 'unknown' },
    danger:
      'As it comes it asks nobody: whoever reaches it starts machines and runs programs on every cluster that it has the keys of, its own machine among them.',
    source: 'https://docs.skypilot.co/en/latest/reference/api-server/api-server.html',
  },
]
