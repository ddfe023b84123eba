import type { Process } from '../processes/processes.ts'
import type { KnownEnvironment } from './configured.ts'
import type { Launch } from './launch.ts'

/** Variables of LocalAI with those of the files that it reads by itself, which never replace what is set (godotenv.Load of main.go). */
export function withDotenv(launch: Launch, environment: KnownEnvironment, files: Process['dotenv']): KnownEnvironment {
  if (launch.engine !== 'localai' || files === undefined) return environment
  return { variables: { ...files.variables, ...environment.variables }, complete: environment.complete && !files.unread }
}
