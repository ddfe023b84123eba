import type { Listener } from '#shared/model/listener.ts'
import type { Container } from '../containers/containers.ts'
import type { Process } from '../processes/processes.ts'
import type { Unit } from '../units/units.ts'
import { assembleServices } from './assemble.ts'
import type { ServiceSources } from './sources.ts'

export const id = 'ab'.repeat(32)
export const base: ServiceSources = { processes: [], listeners: [], units: [], containers: [], accounts: undefined }

export const process = (pid: number, line: string, more: Partial<Process> = {}): Process => ({
  pid,
  ppid: 1,
  user: 'ai',
  uid: 990,
  name: line.split(' ')[0]?.split('/').at(-1) ?? '',
  argv: line.split(' '),
  line: pid,
  ...more,
})
export const listener = (text: string, pid?: number): Listener => {
  const at = text.lastIndexOf(':')
  const address = text.slice(0, at)
  const scope = address === '127.0.0.1' ? 'loopback' : address === '0.0.0.0' ? 'wildcard' : 'specific'
  return { protocol: 'tcp', address, port: Number(text.slice(at + 1)), scope, processes: pid ? [{ name: 'x', pid }] : [], line: 1 }
}
export const unit = (more: Partial<Unit>): Unit => ({
  id: 'ai.service',
  activeState: 'active',
  unitFileState: 'enabled',
  mainPid: 0,
  user: 'ai',
  group: 'ai',
  supplementaryGroups: [],
  dynamicUser: false,
  execStart: [],
  environment: {},
  environmentComplete: true,
  environmentFiles: [],
  sourcePath: '',
  fragmentPath: '',
  program: '',
  paths: [],
  environmentSources: {},
  dropIns: [],
  properties: {},
  lines: { ExecStart: 5 },
  ...more,
})
export const container = (more: Partial<Container>): Container => ({
  id,
  name: 'chat',
  image: 'ollama/ollama:0.16.3',
  running: true,
  runtime: 'docker',
  ports: [],
  user: '',
  hostNetwork: false,
  privileged: false,
  command: ['/bin/ollama', 'serve'],
  environment: { OLLAMA_HOST: '0.0.0.0:11434' },
  mounts: [],
  pid: 70,
  inspected: true,
  restartPolicy: 'always',
  line: 3,
  ...more,
})
export const show = (sources: Partial<ServiceSources>) =>
  assembleServices({ ...base, ...sources }).map(({ id: name, how, binds, bindUnknown, running }) => ({
    name,
    how,
    running,
    binds: binds.map((bind) => `${bind.address}:${bind.port} ${bind.basis}`),
    ...(bindUnknown === undefined ? {} : { bindUnknown: true }),
  }))
